/**
 * The login page, what its script sends, and the logout. No route redirects to an address that the policy of
 * `services/auth/oauth/redirect.ts` has not accepted; a request with a wrong one gets a page that names it.
 *
 * A page of another origin cannot log anybody in (login CSRF): the body must be JSON, which a form cannot send, and
 * what browsers say about the sender must be this origin. The cookie that a login leaves is good for nothing but to end
 * that login, is sent to the logout only, and not when another site leads there.
 */
import type { IncomingMessage } from 'node:http'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { isJsonObject, ownValue } from '../../base/json.ts'
import type { Json, JsonObject } from '../../base/json.ts'
import { hasCode } from '../../errors.ts'
import { findClient } from '../../services/auth/oauth/clients.ts'
import { GRANT_MS } from '../../services/auth/oauth/grants.ts'
import type { OAuth } from '../../services/auth/oauth/oauth.ts'
import { redirectTarget } from '../../services/auth/oauth/redirect.ts'
import type { AuthorizationParameter, AuthorizationRequest, Judged } from '../../services/auth/oauth/request.ts'
import { AUTHORIZATION_PARAMETERS, judgeAuthorization } from '../../services/auth/oauth/request.ts'
import { parseQuery } from './form.ts'
import type { Parameters } from './form.ts'
import { sendJson } from './json-reply.ts'
import type { Page } from './login-page.ts'
import { badRequestPage, loginPage, signedOutPage } from './login-page.ts'
import { LOGIN_PATH, LOGOUT_PATH } from './oauth-routes.ts'
import { browserOrigin } from './origin.ts'
import { HttpProblem, knownProblem, plainProblem } from './problem.ts'
import { mediaType } from './small-body.ts'
import type { SmallBodies } from './small-body.ts'

export type LoginService = Pick<OAuth, 'authorize' | 'logout'>

const COOKIE = 'rota-logout'
const COOKIE_SHAPE = new RegExp(`(?:^|; ?)${COOKIE}=([0-9a-f]{32})(?:;|$)`)
/** Name in the JSON of the page → name of the parameter. */
const JSON_NAMES = {
  clientId: 'client_id', redirectUri: 'redirect_uri', codeChallenge: 'code_challenge',
  codeChallengeMethod: 'code_challenge_method', scope: 'scope', state: 'state',
} as const satisfies Readonly<Record<string, AuthorizationParameter>>

export function loginRoutes(app: FastifyInstance, oauth: LoginService, bodies: SmallBodies): void {
  app.get(LOGIN_PATH, async ({ raw }, reply) => {
    const origin = browserOrigin(raw)
    const request = judgeQuery(parseQuery(raw.url), origin)
    if (request.kind === 'refused') return sendPage(reply.code(400), badRequestPage(request.parameter))
    if (!request.mayAsk) return reply.redirect(refusedLogin(request, origin), 302)
    return sendPage(reply, loginPage(request.target === 'loopback' ? null : request.client.name))
  })

  app.post('/api/auth', async ({ raw }, reply) => {
    const origin = browserOrigin(raw)
    refuseOtherPages(raw, origin)
    return bodies.run(raw, text => logIn(readLogin(text, origin), raw, reply, origin))
  })

  app.get(LOGOUT_PATH, async ({ raw }, reply) => {
    const origin = browserOrigin(raw)
    const secret = COOKIE_SHAPE.exec(raw.headers.cookie ?? '')?.[1]
    if (secret !== undefined) await oauth.logout(secret)
    reply.header('Set-Cookie', cookie('', 0, origin))
    const { values, repeated } = parseQuery(raw.url)
    const back = values.get('post_logout_redirect_uri')
    if (back === undefined) return sendPage(reply, signedOutPage())
    const bad = repeated.has('client_id') || findClient(values.get('client_id') ?? '') === null ? 'client_id'
      : repeated.has('post_logout_redirect_uri') || redirectTarget(back, origin) === null ? 'post_logout_redirect_uri'
      : null
    return bad === null ? reply.redirect(back, 302) : sendPage(reply.code(400), badRequestPage(bad))
  })

  async function logIn(
    { request, name, secret }: PageLogin, raw: IncomingMessage, reply: FastifyReply, origin: string,
  ): Promise<FastifyReply> {
    const login = await oauth.authorize(request, name, secret, raw.socket.remoteAddress ?? '').catch(failureOf)
    if (login instanceof HttpProblem) {
      const { problem: { status }, retryAfterMs } = login
      if (retryAfterMs !== null) reply.header('Retry-After', Math.ceil(retryAfterMs / 1_000))
      return sendJson(reply.code(status === 401 ? 200 : status), JSON.stringify({ type: 'failure' }))
    }
    reply.header('Set-Cookie', cookie(login.logout, GRANT_MS, origin))
    return sendJson(reply, JSON.stringify({ type: 'authenticated', client_code: login.code, iss: origin }))
  }
}

/** A login that was refused is an answer to the page; all else is thrown on. */
function failureOf(error: unknown): HttpProblem {
  const known = hasCode(error, 'auth/failed') || hasCode(error, 'auth/rate-limited') ? knownProblem(error) : null
  if (known === null) throw error
  return known
}

function judgeQuery({ values, repeated }: Parameters, origin: string): Judged {
  const names = Object.keys(AUTHORIZATION_PARAMETERS) as AuthorizationParameter[]
  const twice = names.find(name => repeated.has(name))
  return twice === undefined ? judgeAuthorization(values, origin) : { kind: 'refused', parameter: twice }
}

/** OpenID Connect Core §3.1.2.6: who asks for a login without a page is told that there is none. */
function refusedLogin({ redirectUri, state }: AuthorizationRequest, origin: string): string {
  const to = new URL(redirectUri)
  to.searchParams.set('error', 'login_required')
  if (state !== null) to.searchParams.set('state', state)
  to.searchParams.set('iss', origin)
  return to.href
}

interface PageLogin { readonly request: AuthorizationRequest; readonly name: string; readonly secret: string }

/** Throws HttpProblem: what it must be is said under the name that the page used. */
function readLogin(text: string, origin: string): PageLogin {
  const body = parseJson(text)
  if (!isJsonObject(body) || ownValue(body, 'type') !== 'authCode') throw unreadable('type must be "authCode".')
  const name = textOf(body, 'accountName')
  const secret = textOf(body, 'accountSecret')
  if (name === null || secret === null) throw unreadable('accountName and accountSecret must be texts.')
  const parameters = new Map([['response_type', 'code']])
  for (const [json, parameter] of Object.entries(JSON_NAMES)) {
    const value = textOf(body, json)
    if (value !== null && value !== '') parameters.set(parameter, value)
  }
  const request = judgeAuthorization(parameters, origin)
  if (request.kind === 'accepted') return { request, name, secret }
  const [shown] = Object.entries(JSON_NAMES).find(([, parameter]) => parameter === request.parameter) ?? ['type']
  throw unreadable(`${shown} ${AUTHORIZATION_PARAMETERS[request.parameter]}`)
}

function parseJson(text: string): Json {
  try {
    return JSON.parse(text) as Json
  } catch {
    throw unreadable('The body is no JSON.')
  }
}

/** Null when it is left out; what is no text is refused by its name. */
function textOf(body: JsonObject, name: string): string | null {
  const value = ownValue(body, name) ?? null
  if (value !== null && typeof value !== 'string') throw unreadable(`${name} must be a text.`)
  return value
}

function unreadable(detail: string): HttpProblem {
  return new HttpProblem(plainProblem(400, detail))
}

function refuseOtherPages(request: IncomingMessage, origin: string): void {
  const { origin: from, 'sec-fetch-site': site } = request.headers
  if (mediaType(request) !== 'application/json') {
    throw new HttpProblem(plainProblem(415, 'Send it with Content-Type: application/json.'))
  }
  if ((from === undefined || from === origin) && (site === undefined || site === 'same-origin')) return
  const detail = 'Only the login page of this server may send this. If you see this on that page, a proxy in front of '
    + 'the server hides its address: it must pass the Host header on and set X-Forwarded-Proto.'
  throw new HttpProblem(plainProblem(403, detail))
}

function cookie(value: string, ageMs: number, origin: string): string {
  const secure = origin.startsWith('https:') ? '; Secure' : ''
  return `${COOKIE}=${value}; Path=${LOGOUT_PATH}; Max-Age=${ageMs / 1_000}; HttpOnly; SameSite=Strict${secure}`
}

function sendPage(reply: FastifyReply, { html, policy }: Page): FastifyReply {
  return reply.type('text/html; charset=utf-8').header('Content-Security-Policy', policy).send(html)
}
