/**
 * DkimManagement: moves the signing keys of one domain through their life: new, active, retiring, gone. Never given up. What has to be
 * waited for is the due time of the next task, which comes with the end of this one; a repeat finds its steps done
 * (services/dkim/README.md).
 */
import { objectId } from '../base/fields.ts'
import type { Outcome, RunContext } from '../engine/task-variant.ts'
import { errorText } from '../errors.ts'
import type { DkimRotation } from '../services/dkim/dkim-rotation.ts'
import { define } from './define.ts'

export interface Deps { readonly dkimRotation: Pick<DkimRotation, 'rotate'> }

export default define.task({
  name: 'DkimManagement',
  label: 'Rotate DKIM keys',
  doc: 'Rotates the DKIM keys of a domain.',
  duty: 'taskQueueProcessing',
  lane: 'domain',
  fields: {
    domainId: objectId('Domain', 'The domain whose keys are rotated.', { update: 'immutable' }),
  },
  orderingKey: task => task.domainId,
  dedupeKey: task => task.domainId,
  perpetual: true,
  creatable: true,
  limits: { runMsMax: 600_000, concurrencyPerNode: 4 },
  async run({ domainId }, { deps, signal, checkpoint }: RunContext<Deps>) {
    const end = await deps.dkimRotation.rotate(domainId, signal, steps => checkpoint({ steps }))
    switch (end.kind) {
      case 'over': return { kind: 'done', note: end.why }
      case 'failed': return { kind: 'retry', why: end.why }
      case 'rotated': {
        const note = end.steps.length === 0 ? 'nothing was due' : end.steps.join(', ')
        return { kind: 'done', note, ...end.nextAt === null ? {} : { followUps: [{ variant: 'DkimManagement', payload: { domainId }, due: end.nextAt }] } }
      }
    }
  },
  classify: (error): Outcome => ({ kind: 'retry', why: errorText(error) }),
})
