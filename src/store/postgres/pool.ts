/**
 * The pools of a node. Everyday transactions use the first. The queue's few hot statements and the leases use the
 * second, so that neither waits for the API's load. Its planner is pinned: a VACUUM of a queue that happens to be empty
 * leaves statistics of an empty table, and the plan that is then chosen reads a whole index for each batch (measured:
 * 5,500 instead of 57,000 tasks a second until the next one).
 */
import pg from 'pg'
import type { Clock } from '../../base/clock.ts'
import type { Log } from '../../base/log.ts'
import { errorText } from '../../errors.ts'

const CONNECT_MS_MAX = 5_000
const KEEP_ALIVE_AFTER_MS = 10_000
const STATEMENT_MS_MAX = 30_000
const POOL_MAX = 10
/** A connection that was not used for so long is closed. */
const IDLE_MS_MAX = 60_000
/**
 * A transaction that idles holds locks; the server ends it, also when this process is paused or cut off. Shorter than the
 * life of a node row without heartbeat (engine/lease), so that whoever takes its work over waits for no lock of it.
 */
const IDLE_IN_TRANSACTION_MS_MAX = 8_000
const QUEUE_POOL_MAX = 4
/** Shorter than the margin by which a node stops trusting its lease before it ends (engine/lease). */
const QUEUE_STATEMENT_MS_MAX = 2_000
/** The client gives up a little after the server would have. */
const CLIENT_GRACE_MS = 1_000
const GOODBYE_MS_MAX = 1_000
/**
 * A statement whose price is overestimated, as in every table that is not analysed yet, would be compiled before it runs:
 * 120 ms for one that takes 3 (measured). None of ours is long enough to gain by it.
 */
const EVERYDAY_PLANNER = '-c jit=off'
const PINNED_PLANNER =
  `${EVERYDAY_PLANNER} -c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c random_page_cost=1.1`
/** In pg_stat_activity, where an operator looks why a start takes long. */
const MIGRATION_NAME = 'rota migration'
const INT8_OID = 20

export function everydayPool(url: string, log: Log): pg.Pool {
  return pool(url, log, {
    max: POOL_MAX,
    statement_timeout: STATEMENT_MS_MAX,
    query_timeout: STATEMENT_MS_MAX + CLIENT_GRACE_MS,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS_MAX,
    options: EVERYDAY_PLANNER,
  })
}

export function queuePool(url: string, log: Log): pg.Pool {
  return pool(url, log, {
    max: QUEUE_POOL_MAX,
    statement_timeout: QUEUE_STATEMENT_MS_MAX,
    query_timeout: QUEUE_STATEMENT_MS_MAX + CLIENT_GRACE_MS,
    idle_in_transaction_session_timeout: QUEUE_STATEMENT_MS_MAX,
    options: PINNED_PLANNER,
  })
}

/** For the migration at start alone. An index of a large table takes minutes, and so may the node that does it for all. */
export function migrationPool(url: string, log: Log): pg.Pool {
  return pool(url, log, {
    max: 1,
    application_name: MIGRATION_NAME,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS_MAX,
    options: EVERYDAY_PLANNER,
  })
}

/** What every connection has, the listening one included. */
export function connectionConfig(url: string): pg.ClientConfig {
  return {
    connectionString: url,
    application_name: 'rota',
    connectionTimeoutMillis: CONNECT_MS_MAX,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_AFTER_MS,
    types: { getTypeParser },
  }
}

/** Says goodbye; a peer that is gone never answers that, so the socket is closed without it after a second. */
export async function endConnection(client: pg.Client, clock: Clock): Promise<void> {
  const cancel = clock.after(GOODBYE_MS_MAX, () => { client.connection.stream.destroy() })
  try {
    await client.end()
  } finally {
    cancel()
  }
}

function pool(url: string, log: Log, config: pg.PoolConfig): pg.Pool {
  const created = new pg.Pool({ ...connectionConfig(url), idleTimeoutMillis: IDLE_MS_MAX, ...config })
  // A connection that breaks without a listener ends the process. The pool listens to idle ones and replaces them; one
  // that is in use between two statements has nobody but this, and its next statement fails.
  created.on('error', error => { log.warn({ error: errorText(error) }, 'an idle database connection broke') })
  created.on('connect', client => {
    client.on('error', error => { log.debug({ error: errorText(error) }, 'a database connection broke') })
  })
  created.on('release', (_error, client) => { endUnanswered(client) })
  return created
}

/**
 * A connection that comes back while a statement of it is unanswered (the client gave up waiting: the peer is gone, and
 * nobody said so) would be lent to the next caller, who waits as long for nothing. Kysely gives it back without an error,
 * so the pool cannot know. One that is ending is not lent again; `end` closes the socket at once when a statement is out.
 */
function endUnanswered(client: pg.PoolClient): void {
  if (client instanceof pg.Client && 'readyForQuery' in client && client.readyForQuery === false) void client.end()
}

/** int8 as a number: times and counters stay below 2^53. A larger one is left as text rather than made wrong. */
function getTypeParser(oid: number, format?: 'text' | 'binary') {
  return oid === INT8_OID && format !== 'binary' ? parseInt8 : pg.types.getTypeParser(oid, format)
}

function parseInt8(text: string): number | string {
  const value = Number(text)
  return Number.isSafeInteger(value) ? value : text
}
