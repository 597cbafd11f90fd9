/** A web console as it logs in: everything that its page and the browser around it send, and nothing else. */
import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'

export interface Tokens {
  readonly access_token: string
  readonly token_type: string
  readonly expires_in: number
  readonly refresh_token: string
  readonly scope: string
}

export class WebConsole {
  /** 64 characters of the unreserved set. */
  readonly verifier = randomBytes(48).toString('base64url')
  readonly state = randomBytes(16).toString('hex')
  readonly origin: string
  readonly callback: string
  readonly clientId: string
  readonly method: 'S256' | 'plain'

  constructor(origin: string, method: 'S256' | 'plain' = 'S256', clientId = 'stalwart-webui') {
    this.origin = origin
    this.callback = `${origin}/admin/oauth/callback`
    this.method = method
    this.clientId = clientId
  }

  get challenge(): string {
    return this.method === 'plain' ? this.verifier : createHash('sha256').update(this.verifier).digest('base64url')
  }

  /** Where it sends the browser; null leaves a parameter out. */
  loginUrl(changes: Readonly<Record<string, string | null>> = {}): string {
    const parameters = {
      response_type: 'code', client_id: this.clientId, redirect_uri: this.callback, code_challenge: this.challenge,
      code_challenge_method: this.method, state: this.state, login_hint: 'jane', prompt: 'login', ...changes,
    }
    const query = new URLSearchParams()
    for (const [name, value] of Object.entries(parameters)) if (value !== null) query.set(name, value)
    return `${this.origin}/login?${query.toString()}`
  }

  /** What the script of the login page sends. */
  signIn(
    name: string,
    password: string,
    changes: Readonly<Record<string, unknown>> = {},
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Response> {
    return fetch(`${this.origin}/api/auth`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: this.origin, 'sec-fetch-site': 'same-origin', ...headers },
      body: JSON.stringify({
        type: 'authCode', accountName: name, accountSecret: password, clientId: this.clientId, redirectUri: this.callback,
        scope: null, state: this.state, codeChallenge: this.challenge, codeChallengeMethod: this.method, ...changes,
      }),
    })
  }

  /** A code of the account. */
  async code(name: string, password: string): Promise<string> {
    const answer = await (await this.signIn(name, password)).json() as Record<string, string>
    assert.equal(answer['type'], 'authenticated')
    return answer['client_code'] ?? ''
  }

  redeem(code: string, changes: Readonly<Record<string, string>> = {}): Promise<Response> {
    return this.post('/auth/token', {
      grant_type: 'authorization_code', code, code_verifier: this.verifier, client_id: this.clientId,
      redirect_uri: this.callback, ...changes,
    })
  }

  refresh(token: string, changes: Readonly<Record<string, string>> = {}): Promise<Response> {
    const form = { grant_type: 'refresh_token', refresh_token: token, client_id: this.clientId }
    return this.post('/auth/token', { ...form, ...changes })
  }

  revoke(token: string): Promise<Response> {
    return this.post('/auth/revoke', { token, client_id: this.clientId })
  }

  /** A form, as `application/x-www-form-urlencoded`. */
  post(path: string, form: Readonly<Record<string, string>>): Promise<Response> {
    return fetch(this.origin + path, { method: 'POST', body: new URLSearchParams(form) })
  }

  /** Password to tokens. */
  async login(name: string, password: string): Promise<Tokens> {
    return tokensOf(await this.redeem(await this.code(name, password)))
  }

  /** The status of a request with an access token. */
  async status(accessToken: string): Promise<number> {
    const response = await fetch(`${this.origin}/api/account`, { headers: { authorization: `Bearer ${accessToken}` } })
    await response.arrayBuffer()
    return response.status
  }
}

export async function tokensOf(response: Response): Promise<Tokens> {
  const tokens = await response.json() as Tokens
  assert.equal(response.status, 200, JSON.stringify(tokens))
  return tokens
}
