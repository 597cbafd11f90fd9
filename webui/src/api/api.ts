/** What the console asks the server, over the login of this tab: one request a tick, one more try after a 401. */
import type { Json, JsonObject } from '../../../src/base/json.ts'
import { isJsonObject } from '../../../src/base/json.ts'
import type { Clock } from '../../../src/base/clock.ts'
import type { Call } from '../../../src/jmap-client/client.ts'
import { JmapClient } from '../../../src/jmap-client/client.ts'
import { HttpFailed, ReplyMalformed } from '../../../src/jmap-client/errors.ts'
import type { Reply } from '../../../src/jmap-client/reply.ts'
import { resultOf } from '../../../src/jmap-client/reply.ts'
import type { Schema } from '../../../src/jmap-client/schema.ts'
import type { Session } from '../../../src/jmap-client/session.ts'
import { Transport } from '../../../src/jmap-client/transport.ts'
import { Batch } from './batch.ts'
import type { Login } from './login.ts'

/** `/api/account`: what this login may do. */
export interface Account {
  readonly permissions: ReadonlySet<string>
  readonly locale: string
}

export interface ApiOptions {
  readonly origin: string
  readonly login: Login
  readonly clock: Clock
  readonly heardDate: (ms: number) => void
}

const TIMEOUT_MS = 30_000
const UNAUTHORIZED = 401

export class Api {
  readonly #login: Login
  readonly #client: JmapClient
  readonly #transport: Transport
  readonly #batch: Batch

  constructor({ origin, login, clock, heardDate }: ApiOptions) {
    this.#login = login
    const credentials = async () => ({ kind: 'bearer', token: await login.token() }) as const
    const options = { origin, clock, credentials, timeoutMs: TIMEOUT_MS, heardDate }
    this.#client = new JmapClient(options)
    this.#transport = new Transport(options)
    this.#batch = new Batch({
      send: calls => this.#signedIn(() => this.#client.request(calls)),
      callsMax: async () => (await this.session()).callsInRequestMax,
      later: run => { queueMicrotask(run) },
    })
  }

  session(): Promise<Session> {
    return this.#signedIn(() => this.#client.session())
  }

  schema(): Promise<Schema> {
    return this.#signedIn(() => this.#client.schema())
  }

  async account(): Promise<Account> {
    const body = await this.#signedIn(() => this.#transport.exchange('/api/account'))
    const permissions = isJsonObject(body) ? body['permissions'] : undefined
    if (!isJsonObject(body) || !Array.isArray(permissions)) throw new ReplyMalformed('/api/account', 'permissions are missing')
    return {
      permissions: new Set(permissions.filter(each => typeof each === 'string')),
      locale: typeof body['locale'] === 'string' ? body['locale'] : 'en',
    }
  }

  /** Calls that may refer to each other, `c0` being the first; goes out with whatever else is asked in this tick. */
  request(calls: readonly Call[]): Promise<readonly Reply[]> {
    return this.#batch.request(calls)
  }

  /** One call; throws MethodFailed. */
  async call(name: string, args: JsonObject): Promise<JsonObject> {
    const [only] = await this.request([{ name, args }])
    if (only === undefined) throw new ReplyMalformed(name, 'it is empty')
    return resultOf(only)
  }

  /** Any other address of the server; a body makes it a POST. */
  exchange(path: string, body?: Json): Promise<Json> {
    return this.#signedIn(() => this.#transport.exchange(path, body))
  }

  /** A token may end before its time: the login was ended, or the clocks differ. One new token, one more try. */
  async #signedIn<T>(ask: () => Promise<T>): Promise<T> {
    const used = await this.#login.token()
    try {
      return await ask()
    } catch (error) {
      if (!(error instanceof HttpFailed) || error.status !== UNAUTHORIZED) throw error
      await this.#login.replace(used)
      return ask()
    }
  }
}
