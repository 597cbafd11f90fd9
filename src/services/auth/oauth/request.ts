/**
 * What a program asks for when it sends a browser to the login page (RFC 6749 §4.1.1, RFC 7636 §4.3), and what each
 * parameter must be. Judged twice: before the page is shown, and again with the password, because a browser may send
 * anything. Parameters that are not in the table mean nothing here.
 */
import { CLIENT_ID_LENGTH_MAX, findClient } from './clients.ts'
import type { Client } from './clients.ts'
import { challengeMethod, isChallenge } from './pkce.ts'
import type { ChallengeMethod } from './pkce.ts'
import { redirectTarget } from './redirect.ts'
import type { RedirectTarget } from './redirect.ts'

/** Name → what it must be, for people. */
export const AUTHORIZATION_PARAMETERS = {
  response_type: 'must be "code".',
  client_id: 'must be the name of a program that may log in here.',
  redirect_uri: 'must lead back to this server, with the scheme, host and port of this page, or to http://127.0.0.1 '
    + 'or http://[::1] on any port; without a query, a fragment or a user name.',
  code_challenge: 'must be there, because this server asks for a proof key (PKCE): 43 to 128 letters, digits and '
    + '"-", ".", "_", "~"; for the method S256 exactly 43.',
  code_challenge_method: 'must be "S256" or "plain".',
  state: 'may have 500 characters, all of them printable ASCII.',
  scope: 'may have 500 characters, all of them printable ASCII.',
  login_hint: 'may have 320 characters.',
  prompt: 'must be "login", "consent" or "select_account", or several of them, or "none" alone.',
} as const
export type AuthorizationParameter = keyof typeof AUTHORIZATION_PARAMETERS

const TEXT_LENGTH_MAX = 500
const LOGIN_HINT_LENGTH_MAX = 320
/** RFC 6749 appendix A. */
const PRINTABLE = /^[\x20-\x7e]*$/
const PROMPTS: ReadonlySet<string> = new Set(['login', 'consent', 'select_account'])

export interface AuthorizationRequest {
  readonly kind: 'accepted'
  readonly client: Client
  readonly redirectUri: string
  readonly target: RedirectTarget
  readonly challenge: string
  readonly challengeMethod: ChallengeMethod
  readonly state: string | null
  /** False: the program wants an answer without a question to anybody (OpenID Connect Core §3.1.2.1). */
  readonly mayAsk: boolean
}
export type Judged = AuthorizationRequest | { readonly kind: 'refused'; readonly parameter: AuthorizationParameter }

/** `origin`: of the login page, as the browser spells it. */
export function judgeAuthorization(parameters: ReadonlyMap<string, string>, origin: string): Judged {
  const get = (name: AuthorizationParameter) => parameters.get(name)
  const refused = (parameter: AuthorizationParameter): Judged => ({ kind: 'refused', parameter })

  const clientId = get('client_id') ?? ''
  const client = clientId.length > CLIENT_ID_LENGTH_MAX ? null : findClient(clientId)
  if (client === null) return refused('client_id')
  const redirectUri = get('redirect_uri') ?? ''
  const target = redirectTarget(redirectUri, origin)
  if (target === null) return refused('redirect_uri')
  if (get('response_type') !== 'code') return refused('response_type')
  const method = challengeMethod(get('code_challenge_method') ?? 'plain')
  if (method === null) return refused('code_challenge_method')
  const challenge = get('code_challenge') ?? ''
  if (!isChallenge(challenge, method)) return refused('code_challenge')
  for (const name of ['state', 'scope'] as const) if (!isText(get(name) ?? '')) return refused(name)
  if ((get('login_hint') ?? '').length > LOGIN_HINT_LENGTH_MAX) return refused('login_hint')
  const prompt = get('prompt') ?? 'login'
  const mayAsk = prompt !== 'none'
  if (mayAsk && !isPrompt(prompt)) return refused('prompt')
  const state = get('state') ?? null
  return { kind: 'accepted', client, redirectUri, target, challenge, challengeMethod: method, state, mayAsk }
}

function isText(text: string): boolean {
  return text.length <= TEXT_LENGTH_MAX && PRINTABLE.test(text)
}

function isPrompt(text: string): boolean {
  return text.length <= TEXT_LENGTH_MAX && text.split(' ').every(each => PROMPTS.has(each))
}
