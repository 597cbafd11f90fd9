/**
 * What programs ask on the way to a login: where it is (RFC 8414), tokens for a code or for a refresh token
 * (RFC 6749 §3.2), and the end of a login (RFC 7009). The pages for people are in login-routes.ts.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { JsonObject } from '../../base/json.ts'
import type { OAuth, TokenError, TokenReply } from '../../services/auth/oauth/oauth.ts'
import { CHALLENGE_METHODS } from '../../services/auth/oauth/pkce.ts'
import { parseParameters } from './form.ts'
import type { Parameters } from './form.ts'
import { sendJson } from './json-reply.ts'
import { browserOrigin } from './origin.ts'
import { mediaType } from './small-body.ts'
import type { SmallBodies } from './small-body.ts'

export type TokenService = Pick<OAuth, 'token' | 'revoke'>

export const LOGIN_PATH = '/login'
export const LOGOUT_PATH = '/auth/logout'
const TOKEN_PATH = '/auth/token'
const REVOKE_PATH = '/auth/revoke'
/** What every login gives: tokens that can be refreshed. What else it allows is the account's to say. */
const SCOPE = 'offline_access'
const FORM = 'application/x-www-form-urlencoded'

export function oauthRoutes(app: FastifyInstance, oauth: TokenService, bodies: SmallBodies): void {
  const discover = async ({ raw }: FastifyRequest, reply: FastifyReply) =>
    sendJson(reply, JSON.stringify(metadata(browserOrigin(raw))))
  app.get('/.well-known/oauth-authorization-server', discover)
  // Every account logs in here, so the name is not even looked up: nobody can find out who exists.
  app.get('/api/discover/:name', discover)

  app.post(TOKEN_PATH, async ({ raw }, reply) => bodies.run(raw, async text => {
    const form = mediaType(raw) === FORM ? parseParameters(text) : null
    if (form === null || form.repeated.size > 0) return sendError(reply, 'invalid_request', notAForm(form))
    return sendTokens(reply, await oauth.token(form.values, raw.socket.remoteAddress ?? ''))
  }))

  app.post(REVOKE_PATH, async ({ raw }, reply) => bodies.run(raw, async text => {
    const form = mediaType(raw) === FORM ? parseParameters(text) : null
    if (form === null || form.repeated.size > 0) return sendError(reply, 'invalid_request', notAForm(form))
    if (!await oauth.revoke(form.values)) {
      return sendError(reply, 'invalid_request', 'token or client_id is missing, or client_id may not log in here.')
    }
    return sendJson(reply, '{}')
  }))
}

/** RFC 8414 §2, and what OpenID Connect calls the logout (RP-Initiated Logout 1.0 §2.1). */
function metadata(origin: string): JsonObject {
  return {
    issuer: origin,
    authorization_endpoint: origin + LOGIN_PATH,
    token_endpoint: origin + TOKEN_PATH,
    revocation_endpoint: origin + REVOKE_PATH,
    end_session_endpoint: origin + LOGOUT_PATH,
    scopes_supported: [SCOPE],
    response_types_supported: ['code'],
    response_modes_supported: ['query'],
    grant_types_supported: ['authorization_code', 'refresh_token'],
    code_challenge_methods_supported: [...CHALLENGE_METHODS],
    token_endpoint_auth_methods_supported: ['none'],
    revocation_endpoint_auth_methods_supported: ['none'],
    authorization_response_iss_parameter_supported: true,
  }
}

function sendTokens(reply: FastifyReply, answer: TokenReply): FastifyReply {
  if (answer.kind === 'refused') return sendError(reply, answer.error, answer.description)
  const { accessToken, accessMs, refreshToken } = answer.tokens
  return sendJson(reply, JSON.stringify({
    access_token: accessToken, token_type: 'bearer', expires_in: Math.floor(accessMs / 1_000),
    refresh_token: refreshToken, scope: SCOPE,
  }))
}

/** RFC 6749 §5.2. */
function sendError(reply: FastifyReply, error: TokenError, description: string): FastifyReply {
  const status = error === 'invalid_client' ? 401 : 400
  return sendJson(reply.code(status), JSON.stringify({ error, error_description: description }))
}

function notAForm(form: Parameters | null): string {
  return form === null ? `Send it with Content-Type: ${FORM}.` : 'A parameter stands there twice.'
}
