/** TenantMaintenance: upkeep of one tenant over all of its accounts. */
import { enumType, objectId, oneOf } from '../base/fields.ts'
import { define } from './define.ts'

const MAINTENANCE_TYPE = enumType('TaskTenantMaintenanceType', [
  { name: 'recalculateQuota', label: 'Count used storage again' },
])

export default define.planned({
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
  notBuilt: 'What a tenant stores is added up with every change; counting it again is not built yet.',
})
