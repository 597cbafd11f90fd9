/** The Authorization header (RFC 7617, RFC 6750), and what a 401 says about it. */
import type { IncomingMessage } from 'node:http'
import { RotaError } from '../../errors.ts'
import type { Principal } from '../../registry/method.ts'
import type { Auth } from '../../services/auth/auth.ts'

export type Authenticator = Pick<Auth, 'basic' | 'bearer'>

/** Null without a header. Throws auth/failed, auth/rate-limited. */
export async function authenticate(request: IncomingMessage, auth: Authenticator): Promise<Principal | null> {
  const header = request.headers.authorization
  if (header === undefined) return null
  // From the socket and nowhere else: a header can be written by anybody.
  const remote = request.socket.remoteAddress ?? ''
  const [, scheme = '', value = ''] = /^(\S+)[ \t]+(\S+)[ \t]*$/.exec(header) ?? []
  if (scheme.toLowerCase() === 'bearer') return auth.bearer(value, remote)
  const login = scheme.toLowerCase() === 'basic' ? parseBasic(value) : null
  if (login === null) throw notLoggedIn()
  return auth.basic(login.user, login.password, remote)
}

export async function requirePrincipal(request: IncomingMessage, auth: Authenticator): Promise<Principal> {
  const principal = await authenticate(request, auth)
  if (principal === null) throw notLoggedIn()
  return principal
}

function notLoggedIn(): RotaError {
  return new RotaError('auth/failed', 'Log in with "Authorization: Basic …" or "Authorization: Bearer …".')
}

/** The first colon ends the user name, which can therefore hold none; a password can. */
function parseBasic(value: string): { readonly user: string; readonly password: string } | null {
  const text = Buffer.from(value, 'base64').toString('utf8')
  const colon = text.indexOf(':')
  return colon < 0 ? null : { user: text.slice(0, colon), password: text.slice(colon + 1) }
}

/**
 * For WWW-Authenticate. A script in a browser gets no Basic: the browser would open its own login window over
 * the page. Every browser calls itself Mozilla, and asks for text/html when a person follows a link.
 */
export function challenges({ headers }: IncomingMessage): string[] {
  const byScript = headers['user-agent']?.startsWith('Mozilla/') && !headers.accept?.includes('text/html')
  return ['Bearer realm="rota"', ...(byScript ? [] : ['Basic realm="rota", charset="UTF-8"'])]
}
