/**
 * SpamFilterMaintenance: trains the spam filter, or brings it new rules. The work itself is in services/spam.
 *
 * One key for all that changes the model, so that there are never two of them at a time in the cluster; stopping a training is
 * the exception, as it would wait for its end. It asks the training to stop like everybody who destroys a task that runs, on
 * whatever node that is, and looks again until none is left.
 */
import { enumType, oneOf } from '../base/fields.ts'
import type { Id } from '../base/ids.ts'
import type { Outcome, RunContext } from '../engine/task-variant.ts'
import { errorText, hasCode } from '../errors.ts'
import type { RulesUpdate } from '../services/spam/rules-update.ts'
import type { SpamTraining } from '../services/spam/training.ts'
import { define } from './define.ts'
import { takeTurns, TURN_MS } from './turns.ts'

/** The tasks that train. */
export interface SpamTrainings {
  /** Removes those that wait or run and were made before this task, or asks them to stop; how many there were. */
  stop(abortId: Id): Promise<number>
}
export interface Deps {
  readonly spamTraining: Pick<SpamTraining, 'train' | 'retrain' | 'reset' | 'discard'>
  readonly spamTrainings: SpamTrainings
  readonly rulesUpdate: Pick<RulesUpdate, 'run'>
}

const MAINTENANCE_TYPE = enumType('TaskSpamFilterMaintenanceType', [
  { name: 'train', label: 'Train with the newest samples' },
  { name: 'retrain', label: 'Train anew with all samples' },
  { name: 'abort', label: 'Stop a running training' },
  { name: 'reset', label: 'Forget what was learnt' },
  { name: 'updateRules', label: 'Fetch new rules' },
])
const RUN_MS_MAX = 2 * TURN_MS
/** Longer than a run goes on that was not pinned yet when its task went. */
const STOPPED_MS = 2_000

export default define.task({
  name: 'SpamFilterMaintenance',
  label: 'Spam filter maintenance',
  doc: 'Trains, resets or updates the spam filter.',
  duty: 'spamClassifierTraining',
  lane: 'spam',
  fields: {
    maintenanceType: oneOf(MAINTENANCE_TYPE, 'What to do.', { update: 'immutable' }),
  },
  orderingKey: task => task.maintenanceType === 'abort' ? null : 'spam-filter',
  dedupeKey: task => task.maintenanceType,
  creatable: true,
  limits: { runMsMax: RUN_MS_MAX, concurrencyPerNode: 2 },
  async run({ id, maintenanceType }, context: RunContext<Deps>): Promise<Outcome> {
    const { deps: { spamTraining, spamTrainings, rulesUpdate }, signal } = context
    switch (maintenanceType) {
      case 'train':
        return takeTurns(context, told => spamTraining.train(told))
      case 'retrain':
        return takeTurns(context, told => spamTraining.retrain(id, told))
      case 'reset':
        return { kind: 'done', note: await spamTraining.reset() }
      case 'abort': {
        const trainings = await spamTrainings.stop(id)
        if (trainings > 0) return { kind: 'snooze', forMs: STOPPED_MS, why: 'a training is being stopped' }
        const wasAnew = await spamTraining.discard()
        return { kind: 'done', note: wasAnew ? 'no training runs, and the one anew was given up' : 'no training runs' }
      }
      case 'updateRules':
        return { kind: 'done', note: await rulesUpdate.run(signal) }
    }
  },
  classify: (error): Outcome => ({ kind: isFinal(error) ? 'fail' : 'retry', why: errorText(error) }),
})

function isFinal(error: unknown): boolean {
  return hasCode(error, 'spam/unreadable-model') || hasCode(error, 'spam/no-rules-url') || hasCode(error, 'spam/bad-rules')
}
