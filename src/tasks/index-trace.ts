/**
 * IndexTrace: puts the words of one trace into the full-text index. A repeat replaces the same entry, and a trace that is gone
 * is taken out of the index, so a task that comes late, twice or after its trace does no harm.
 */
import { objectId } from '../base/fields.ts'
import type { Outcome, RunContext } from '../engine/task-variant.ts'
import { errorText } from '../errors.ts'
import type { Traces } from '../services/telemetry/traces.ts'
import { define } from './define.ts'

export interface Deps { readonly traces: Pick<Traces, 'index'> }

export default define.task({
  name: 'IndexTrace',
  label: 'Index a trace',
  doc: 'Makes one telemetry trace findable.',
  duty: 'searchIndexing',
  lane: 'search',
  fields: {
    traceId: objectId('Trace', 'The trace to index.', { update: 'immutable' }),
  },
  orderingKey: task => task.traceId,
  dedupeKey: task => task.traceId,
  band: 1,
  creatable: true,
  history: 'countSuccesses',
  limits: { runMsMax: 120_000, concurrencyPerNode: 2, batchMax: 100 },
  async runBatch(tasks, { deps: { traces }, signal }: RunContext<Deps>) {
    const replies = await traces.index(tasks.map(({ traceId }) => traceId), signal)
    return replies.map((reply): Outcome => reply.kind === 'failed' ? { kind: 'fail', why: errorText(reply.error) } : { kind: 'done' })
  },
  classify: (error): Outcome => ({ kind: 'retry', why: errorText(error) }),
})
