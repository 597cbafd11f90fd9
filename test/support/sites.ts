/**
 * A store in virtual time that several processes of one test share, on each of the three kinds. One of the processes can be
 * killed in the middle of its transaction, and what the others then see is what they would see in real life:
 *
 * | kind | time of the store | kill -9 |
 * |---|---|---|
 * | memory | the virtual clock | the transaction is never merged |
 * | SQLite | the virtual clock | the others open the files as they are on the disk at that moment, write-ahead log and all |
 * | PostgreSQL | functions of the database that hide its clock, and show the virtual one | the server ends the connections of the process |
 *
 * What is there at the beginning is made once and copied for each trial. The virtual clock goes on only when no store has
 * anything to do.
 */
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import pg from 'pg'
import { systemClock, type Clock } from '../../src/base/clock.ts'
import type { Id } from '../../src/base/ids.ts'
import { silentLog } from '../../src/base/log.ts'
import { VirtualClock } from '../../src/base/virtual-clock.ts'
import { LocalWakeups } from '../../src/store/local-wakeups.ts'
import { MemoryDatabase } from '../../src/store/memory/database.ts'
import { memoryStore } from '../../src/store/memory/store.ts'
import { openPostgresStore } from '../../src/store/postgres/store.ts'
import { openSqliteStore } from '../../src/store/sqlite/store.ts'
import type { Store } from '../../src/store/store.ts'
import { postgresMissing, sharedPostgres } from './postgres.ts'

export interface Site {
  readonly clock: VirtualClock
  /** That of the process that may be killed. */
  readonly victim: Store
  /** That of everybody else; another one after the kill where there is one process at a time. */
  readonly others: Store
  /** May be called inside a transaction of the victim. Nothing of it is written after that. */
  kill(): Promise<void>
  close(): Promise<void>
}
/** What `fill` has stored, to be opened as often as wanted. PostgreSQL: on the server of this test process. */
export interface Filled<T> {
  open(): Promise<{ readonly site: Site; readonly given: T }>
  remove(): Promise<void>
}
/** Removes the row of a node beside the store, as people do who know better. */
export type RemoveNode = (incarnation: Id) => Promise<unknown>
export interface SiteKind {
  readonly name: string
  readonly skip: string | false
  fill<T>(fill: (store: Store, clock: VirtualClock, removeNode: RemoveNode) => Promise<T>): Promise<Filled<T>>
}

const memory: SiteKind = {
  name: 'memory', skip: false,
  async fill(fill) {
    return {
      async open() {
        const clock = new VirtualClock()
        const wakeups = new LocalWakeups()
        const database = new MemoryDatabase(clock, wakeups)
        const store = memoryStore(database, wakeups, clock)
        const given = await fill(store, clock, incarnation => database.transact(({ table }) => table('node').delete(incarnation)))
        return { site: { clock, victim: store, others: store, kill: () => Promise.resolve(), close: () => store.close() }, given }
      },
      remove: () => Promise.resolve(),
    }
  },
}

const sqlite: SiteKind = {
  name: 'SQLite', skip: false,
  async fill(fill) {
    const folder = await mkdtemp(join(tmpdir(), 'rota-site-'))
    const prepared = join(folder, 'prepared')
    let folders = 0
    const copied = async (from: string): Promise<string> => {
      const to = join(folder, String(++folders))
      await cp(from, to, { recursive: true })
      return to
    }
    const clock = new VirtualClock()
    const store = await openSqliteStore({ dataDir: prepared, clock })
    const given = await closingAfter(store, () => fill(store, clock, incarnation => {
      using hand = new DatabaseSync(join(prepared, 'rota.db'))
      return Promise.resolve(hand.prepare('delete from node where incarnation = ?').run(incarnation))
    }))
    const startMs = later(clock)
    return {
      async open() {
        const traffic = new Traffic()
        const clock = new VirtualClock(startMs, () => traffic.quiet())
        const dataDir = await copied(prepared)
        const victim = await openSqliteStore({ dataDir, clock })
        const watched = traffic.watch(victim)
        let image: Store | null = null
        return { given, site: {
          clock, victim: watched,
          get others() { return image ? traffic.watch(image) : watched },
          kill: () => traffic.during(async () => { image = await openSqliteStore({ dataDir: await copied(dataDir), clock }) }),
          async close() {
            await Promise.all([victim.close(), image?.close()])
          },
        } }
      },
      remove: () => rm(folder, { recursive: true }),
    }
  },
}

/** Ahead of pg_catalog in the search path. A sequence, because what is said to it shows in every snapshot. */
const VIRTUAL_TIME = `
  create schema virtual;
  create sequence virtual.ms;
  create function virtual.clock_timestamp() returns timestamptz volatile language sql
    as 'select pg_catalog.to_timestamp(last_value / 1000.0) from virtual.ms';
  create function virtual.statement_timestamp() returns timestamptz stable language sql
    as 'select pg_catalog.to_timestamp(last_value / 1000.0) from virtual.ms'`
const SEARCH_PATH = 'virtual, pg_catalog, public'

const postgres: SiteKind = {
  name: 'PostgreSQL', skip: postgresMissing(),
  async fill(fill) {
    const prepared = new URL(await (await sharedPostgres()).freshDatabase())
    const template = prepared.pathname.slice(1)
    const admin = await connected(new URL('/postgres', prepared))
    // Nobody pulls the plug: what a process leaves behind when it is killed does not depend on it.
    await admin.query('alter system set fsync = off')
    await admin.query('select pg_reload_conf()')
    const [clock, traffic] = [new VirtualClock(), new Traffic()]
    const maker = await connected(prepared)
    await maker.query(VIRTUAL_TIME)
    await maker.query(`set search_path = ${SEARCH_PATH}`)
    await admin.query(`alter database ${template} set search_path = ${SEARCH_PATH}`)
    const store = await openPostgresStore({ url: prepared.href, clock: forStore(clock), log: silentLog })
    const closing = { close: () => Promise.all([store.close(), maker.end()]) }
    const given = await closingAfter(closing, () => fill(traffic.watch(store, tellTime(maker, clock)), clock, incarnation => maker.query('delete from node where incarnation = $1', [incarnation])))
    const startMs = later(clock)
    let databases = 0
    return {
      async open() {
        const name = `${template}_${++databases}`
        await admin.query(`create database ${name} template ${template}`)
        await admin.query(`alter database ${name} set search_path = ${SEARCH_PATH}`)
        const traffic = new Traffic()
        const clock = new VirtualClock(startMs, () => traffic.quiet())
        const url = new URL(`/${name}`, prepared)
        const teller = await connected(url)
        const open = (who: string): Promise<Store> =>
          openPostgresStore({ url: `${url.href}?application_name=${who}`, clock: forStore(clock), log: silentLog })
        const [victim, others] = await Promise.all([open('victim'), open('others')])
        const tell = tellTime(teller, clock)
        let closing: Promise<void> | null = null
        return { given, site: {
          clock, victim: traffic.watch(victim, tell), others: traffic.watch(others, tell),
          kill: () => traffic.during(async () => {
            const ended = `select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = $1 and application_name = 'victim'`
            await admin.query(ended, [name])
            // What it has lent comes back after this.
            closing = victim.close()
          }),
          async close() {
            await Promise.all([closing ?? victim.close(), others.close(), teller.end()])
            await admin.query(`drop database ${name}`)
          },
        } }
      },
      remove: () => admin.end(),
    }
  },
}

export const SITES: readonly SiteKind[] = [memory, sqlite, postgres]

/** Ids that are drawn from then on differ from those of before. */
function later(clock: VirtualClock): number {
  return clock.now() + 1_000
}

/** A store may wait for itself in real time only: the virtual one waits for it. */
function forStore(clock: VirtualClock): Clock {
  return { now: () => clock.now(), monotonicMs: () => clock.monotonicMs(), after: systemClock.after, breathe: () => clock.breathe() }
}

async function connected(url: URL): Promise<pg.Client> {
  const client = new pg.Client(url.href)
  await client.connect()
  return client
}

function tellTime(client: pg.Client, clock: VirtualClock): () => Promise<void> {
  let [toldMs, told]: [number, Promise<unknown>] = [-1, Promise.resolve()]
  return async () => {
    if (clock.now() !== toldMs) {
      toldMs = clock.now()
      told = client.query(`select setval('virtual.ms', ${toldMs})`)
    }
    await told
  }
}

/** What `work` gives; closed also when it fails, which would hang a test otherwise. */
async function closingAfter<T>(open: { close(): Promise<unknown> }, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } finally {
    await open.close()
  }
}

/** What is under way at the stores. */
class Traffic {
  #calls = 0
  #ended = Promise.withResolvers<void>()

  /** Resolves when no call is under way, and none comes of those that have ended. */
  async quiet(): Promise<void> {
    for (;;) {
      for (let turn = 0; turn < 5; turn++) await systemClock.breathe()
      if (this.#calls === 0) return
      await this.#ended.promise
    }
  }

  async during<T>(work: () => Promise<T>): Promise<T> {
    this.#calls++
    try {
      return await work()
    } finally {
      this.#calls--
      this.#ended.resolve()
      this.#ended = Promise.withResolvers()
    }
  }

  /** `first`: what has to be done before each call. */
  watch(store: Store, first: () => Promise<void> = () => Promise.resolve()): Store {
    const call = <T>(work: () => Promise<T>): Promise<T> => this.during(async () => {
      await first()
      return work()
    })
    const port = <T extends object>(of: T): T => new Proxy(of, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name)
        return typeof member === 'function' ? (...given: unknown[]) => call(() => Reflect.apply(member, target, given) as Promise<unknown>) : member
      },
    })
    return {
      ...store, queue: port(store.queue), leases: port(store.leases), now: () => call(() => store.now()), ping: () => call(() => store.ping()),
      transact: work => call(() => store.transact(work)), read: work => call(() => store.read(work)),
    }
  }
}
