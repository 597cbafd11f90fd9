/** `rota serve` with the console and a hundred thousand tasks that wait for a far day, and a chromium beside it. */
import type { CDPSession, Page } from 'playwright-core'
import { systemClock } from '../../src/base/clock.ts'
import { idSource } from '../../src/base/ids.ts'
import { Catalogue } from '../../src/engine/catalogue.ts'
import { VARIANTS } from '../../src/tasks/catalogue.ts'
import { lanes } from '../../src/tasks/lanes.ts'
import { apiCall, create, type Caller } from '../../test/support/api-call.ts'
import { Browser } from '../../test/support/browser.ts'
import { buildConsole, signIn } from '../../test/support/console.ts'
import { launch, makeHome, type NodeProcess } from '../process.ts'
import { openStoreOf } from '../upkeep-account.ts'
import type { StoreKind } from '../world.ts'

export const TASKS = 100_000
export const PASSWORD = 'benchmark only'
const BATCH = 5_000
const DUE = Date.parse('2999-01-01T00:00:00Z')

export interface ConsoleWorld extends AsyncDisposable {
  readonly origin: string
  readonly caller: Caller
  /** A page of the console, signed in, and the session of its developer tools. */
  visit(path: string, work: (page: Page, session: CDPSession) => Promise<void>): Promise<void>
  /** A browser that has never been here. */
  arrive(work: (page: Page) => Promise<void>): Promise<void>
}

export async function openConsole(kind: StoreKind): Promise<ConsoleWorld> {
  await using opened = new AsyncDisposableStack()
  buildConsole()
  const home = await makeHome(kind, PASSWORD)
  opened.defer(() => home.remove())
  const first = await launch(home.env)
  const [domainId = ''] = await create(callerOf(first), 'Domain', { name: 'bench.example' })
  const [accountId = ''] = await create(callerOf(first), 'Account', { '@type': 'User', name: 'large', domainId })
  await first.stop()
  await fill(home.env, accountId)
  const node = await launch(home.env)
  opened.defer(() => node.stop())
  const browser = opened.use(await Browser.open())
  const origin = `http://127.0.0.1:${node.port}`
  const arrive = (work: (page: Page) => Promise<void>) => browser.visit(origin, work, { motion: true })
  const world = opened.move()
  return {
    origin, caller: callerOf(node), arrive,
    visit: (path, work) => arrive(async page => {
      await signIn(page, origin, path, { name: 'admin', password: PASSWORD })
      await work(page, await page.context().newCDPSession(page))
    }),
    [Symbol.asyncDispose]: () => world.disposeAsync(),
  }
}

function callerOf({ port }: NodeProcess): Caller {
  return { call: (calls, login = { name: 'admin', password: PASSWORD }) => apiCall(port, login, calls) }
}

async function fill(env: NodeJS.ProcessEnv, accountId: string): Promise<void> {
  const store = await openStoreOf(env)
  const catalogue = new Catalogue(VARIANTS, lanes())
  const ids = idSource(1_000, systemClock)
  for (let at = 0; at < TASKS; at += BATCH) {
    const rows = Array.from({ length: BATCH }, (_, number) => catalogue.row(
      { variant: 'IndexDocument', payload: { accountId, documentId: `x${at + number}`, documentType: 'email' }, due: DUE + at + number }, ids, systemClock.now(),
    ))
    await store.transact(tx => tx.tasks.insert(rows))
  }
  await store.close()
}
