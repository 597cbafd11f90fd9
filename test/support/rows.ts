/** Rows and variants for engine tests. */
import * as f from '../../src/base/fields.ts'
import type { TaskRow } from '../../src/engine/ports/task.ts'
import { taskDefiner, type AnyBuiltVariant, type BuiltVariant } from '../../src/engine/task-variant.ts'

export function taskRow(id: string, overrides: Partial<TaskRow> = {}): TaskRow {
  return {
    id, variant: 'Probe', lane: 'probe', bucket: 0, band: 0, due: 100, status: 'Pending', version: 1, orderingKey: id,
    dedupeKey: null, accountId: null, domainId: null, payload: {}, createdAt: 0, attempt: 0, firstFailedAt: null,
    failedAt: null, failureReason: null, crashes: 0, holder: null, startedAt: null, progress: null, request: null, parentId: null, ...overrides,
  }
}

const fields = { word: f.string('Any word.'), key: f.string('Ordering key.') }
type ProbeVariant = BuiltVariant<typeof fields, string, unknown>

/** A variant whose behaviour a test chooses. */
export function probeVariant(overrides: Partial<ProbeVariant> & Pick<ProbeVariant, 'run'> | Partial<ProbeVariant> & Pick<ProbeVariant, 'runBatch'>): AnyBuiltVariant {
  return taskDefiner(['probing']).task({
    name: 'Probe', label: 'Probe', doc: 'A variant for tests.', duty: 'probing', lane: 'probe', fields,
    orderingKey: task => task.key ?? null, creatable: true,
    limits: { runMsMax: 60_000, concurrencyPerNode: 4, batchMax: 10 },
    classify: error => ({ kind: 'retry', why: error instanceof Error ? error.message : String(error) }),
    ...overrides,
  } as BuiltVariant<typeof fields, 'probing', unknown>)
}
