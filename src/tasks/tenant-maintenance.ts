/** TenantMaintenance: upkeep of one tenant over all of its accounts. A repeat finds nothing left to correct. */
import { enumType, objectId, oneOf } from '../base/fields.ts'
import type { Outcome, RunContext } from '../engine/task-variant.ts'
import { errorText } from '../errors.ts'
import type { Recount } from '../services/upkeep/recount.ts'
import { define } from './define.ts'

export interface Deps { readonly recount: Pick<Recount, 'tenant'> }

const MAINTENANCE_TYPE = enumType('TaskTenantMaintenanceType', [
  { name: 'recalculateQuota', label: 'Count used storage again' },
])

export default define.task({
  name: 'TenantMaintenance',
  label: 'Tenant maintenance',
  doc: 'Runs one maintenance operation on one tenant.',
  duty: 'accountMaintenance',
  lane: 'account',
  fields: {
    tenantId: objectId('Tenant', 'The tenant to work on.', { update: 'immutable' }),
    maintenanceType: oneOf(MAINTENANCE_TYPE, 'What to do.', { update: 'immutable' }),
  },
  orderingKey: task => task.tenantId,
  dedupeKey: task => `${task.tenantId}/${task.maintenanceType}`,
  band: 1,
  creatable: true,
  limits: { runMsMax: 600_000, concurrencyPerNode: 2 },
  async run({ tenantId }, { deps: { recount }, checkpoint }: RunContext<Deps>) {
    const { octets, emails } = await recount.tenant(tenantId, accounts => checkpoint({ accounts }))
    return { kind: 'done', note: `corrected by ${octets} octets and ${emails} messages` }
  },
  classify: (error): Outcome => ({ kind: 'retry', why: errorText(error) }),
})
