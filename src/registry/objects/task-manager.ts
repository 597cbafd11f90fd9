/** TaskManager: how failed tasks are tried again. It counts for the next failure of every task, without a restart. */
import { boolean, embedded, number, shape, variants } from '../../base/fields.ts'
import { singleton } from '../schema/object.ts'

const BACKOFF = shape('TaskRetryStrategyBackoff', {
  factor: number('Each wait is this many times the one before it.', 'float', { min: 1, default: 2 }),
  initialDelay: number('The wait before the second attempt.', 'duration', { default: 60_000 }),
  maxDelay: number('No wait is longer than this.', 'duration', { default: 1_800_000 }),
  jitter: boolean('Vary each wait, so that tasks which failed together do not come back together.', {
    default: true,
  }),
})

const FIXED = shape('TaskRetryStrategyFixed', {
  delay: number('The wait between two attempts.', 'duration', { default: 300_000 }),
})

export const taskManager = singleton({
  name: 'TaskManager',
  label: 'Task manager',
  doc: 'How often, how soon and for how long a failed task is tried again.',
  fields: {
    maxAttempts: number('A task that has failed this often is not tried again.', 'unsignedInteger', {
      min: 1,
      default: 3,
    }),
    strategy: embedded(
      variants('TaskRetryStrategy', [
        { name: 'ExponentialBackoff', label: 'Growing waits', shape: BACKOFF },
        { name: 'FixedDelay', label: 'Equal waits', shape: FIXED },
      ]),
      'How the wait between two attempts is found.',
    ),
    totalDeadline: number('Counted from the first failure; past it a task is not tried again.', 'duration', {
      default: 21_600_000,
    }),
  },
  sections: {
    TaskManager: [
      { title: 'Limits', fields: ['maxAttempts', 'totalDeadline'] },
      { title: 'Waits', fields: ['strategy'] },
    ],
  },
  menu: { section: 'Settings', icon: 'list-restart', link: 'Task manager' },
})
