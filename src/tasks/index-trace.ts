/** IndexTrace: makes one telemetry trace findable. Needs stored traces, which Rota does not keep yet. */
import { objectId } from '../base/fields.ts'
import { define } from './define.ts'

export default define.planned({
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
  notBuilt: 'Rota does not store telemetry traces yet, so there is nothing to index.',
})
