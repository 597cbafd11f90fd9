/**
 * Logins of this node: the accounts in the store, and one token that lives as long as the process. That token stands
 * in node.json, which only the owner of the data folder can read, so that the command line needs no password there.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Principal } from '../registry/method.ts'
import type { OAuth } from '../services/auth/oauth/oauth.ts'

export class LocalLogin {
  readonly token = `rota_local_${randomBytes(32).toString('base64url')}`
  readonly #digest = digest(this.token)
  readonly #auth: OAuth
  readonly #administrator: Principal

  constructor(auth: OAuth, administrator: Principal) {
    this.#auth = auth
    this.#administrator = { ...administrator, via: 'local' }
  }

  basic(user: string, password: string, remote: string): Promise<Principal> {
    return this.#auth.basic(user, password, remote)
  }

  async bearer(token: string, remote: string): Promise<Principal> {
    if (timingSafeEqual(digest(token), this.#digest)) return this.#administrator
    return this.#auth.bearer(token, remote)
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
