/**
 * MergeThreads: joins threads of one account that turned out to be one conversation, because a message came that belongs
 * to several of them. It is queued in the transaction that stores this message. At least once; a repeat finds one thread.
 * The threads are looked for anew before each of them is joined (services/mailstore/join-threads.ts), so a run that is
 * interrupted goes on, and deliveries in between do no harm.
 */
import { objectId, set, setMembers, string } from '../base/fields.ts'
import type { Outcome, RunContext } from '../engine/task-variant.ts'
import { errorText, hasCode } from '../errors.ts'
import type { ThreadMerge } from '../services/mailstore/thread-merge.ts'
import { define } from './define.ts'

export interface Deps { readonly threadMerge: Pick<ThreadMerge, 'step'> }

/** A message names at most 21 others; more threads than this to join means that something makes new ones. */
const JOINED_MAX = 100

export default define.task({
  name: 'MergeThreads',
  label: 'Merge threads',
  doc: 'Joins the threads of one conversation that were kept apart when its messages arrived.',
  duty: 'taskQueueProcessing',
  lane: 'threads',
  fields: {
    accountId: objectId('Account', 'The account that owns the messages.', { update: 'serverSet' }),
    threadName: string('Hash of the subject that the messages share.', { update: 'serverSet' }),
    messageIds: set({ type: 'string', format: 'string' }, 'Hashes of the message ids that tie the messages together.', {
      update: 'serverSet',
    }),
  },
  orderingKey: task => task.accountId,
  dedupeKey: ({ accountId, threadName, messageIds }) => `${accountId}/${threadName}/${setMembers(messageIds).toSorted().join()}`,
  creatable: { forbidden: 'The server queues this itself when a message ties two threads together.' },
  limits: { runMsMax: 120_000, concurrencyPerNode: 2 },
  async run({ accountId, messageIds }, { deps: { threadMerge }, checkpoint }: RunContext<Deps>): Promise<Outcome> {
    const keys = setMembers(messageIds)
    for (let joined = 0; joined < JOINED_MAX; joined++) {
      await checkpoint({ joined })
      const step = await threadMerge.step(accountId, keys)
      if (step.kind === 'ended') return { kind: 'done', note: step.apart > 1 ? `${step.apart} threads are too full to join` : `${joined} joined` }
    }
    return { kind: 'retry', why: `${JOINED_MAX} threads were joined, and others have come` }
  },
  classify: (error): Outcome => hasCode(error, 'mail/account-gone') ? { kind: 'done', note: error.message } : { kind: 'retry', why: errorText(error) },
})
