/** A whole node in this process: SQLite in a temporary folder unless a store is given, every listener on a free port. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock, type Clock } from '../../src/base/clock.ts'
import type { JsonObject } from '../../src/base/json.ts'
import { silentLog, type Log } from '../../src/base/log.ts'
import { systemRandom } from '../../src/base/random.ts'
import { readEnvironment } from '../../src/server/env.ts'
import { openStore } from '../../src/server/open-store.ts'
import { Server } from '../../src/server/server.ts'
import type { Store } from '../../src/store/store.ts'
import { apiCall, type MethodCall } from './api-call.ts'

export const ADMIN_PASSWORD = 'correct horse battery'
/** Only to end a test that would wait for ever: the time itself is no measure of anything. */
const EVENTUALLY_MS_MAX = 60_000
const FREE_PORTS = 'http=127.0.0.1:0;smtp=127.0.0.1:0;lmtp=127.0.0.1:0'

export interface TestServerOptions {
  readonly variables?: Readonly<Record<string, string>>
  /** Lets a test put faults between the node and its store. */
  readonly wrap?: (store: Store) => Store
  readonly log?: Log
  /** That of the node, whatever its store's is. */
  readonly clock?: Clock
}
export interface TestServer extends AsyncDisposable {
  readonly server: Server
  readonly store: Store
  port(listener: string): number
  /** One JMAP request as the administrator (or as `user`); the results in order. */
  call(calls: readonly MethodCall[], user?: { name: string; password: string }): Promise<JsonObject[]>
  stop(): Promise<void>
}

export async function startServer({ variables = {}, wrap = store => store, log = silentLog, clock = systemClock }: TestServerOptions = {}): Promise<TestServer> {
  const dataDir = await mkdtemp(join(tmpdir(), 'rota-server-'))
  const environment = readEnvironment({
    ROTA_DATA_DIR: dataDir, ROTA_ADMIN_PASSWORD: ADMIN_PASSWORD, ROTA_LISTENER_BIND: FREE_PORTS, STALWART_HOSTNAME: 'test-node', ...variables,
  })
  const store = wrap(await openStore(environment, systemClock, log))
  const server = new Server({ environment, variables, store, clock, random: systemRandom, log })
  const stop = async () => {
    await server.stop()
    await rm(dataDir, { recursive: true, force: true })
  }
  try {
    await server.start()
  } catch (error) {
    await stop()
    throw error
  }
  const port = (listener: string): number => {
    const state = server.listeners.find(({ name }) => name === listener)?.addresses.find(address => address.state === 'up')
    if (!state) throw new Error(`listener ${listener} is not up: ${JSON.stringify(server.listeners)}`)
    return state.port
  }
  return {
    server, store, port, stop, [Symbol.asyncDispose]: stop,
    call: (calls, user = { name: 'admin', password: ADMIN_PASSWORD }) => apiCall(port('http'), user, calls),
  }
}

/** Asks again and again, at the pace of the answers, until there is one. Fails when it does not come at all. */
export async function eventually<T>(ask: () => Promise<T | null | undefined | false>, what: string, msMax = EVENTUALLY_MS_MAX): Promise<T> {
  const end = systemClock.monotonicMs() + msMax
  while (systemClock.monotonicMs() < end) {
    const answer = await ask()
    if (answer) return answer
    await new Promise<void>(resolve => { setImmediate(resolve) })
  }
  throw new Error(`never happened: ${what}`)
}
