/** The closed set of duties: the wire's ClusterTaskType list. A new variant is one file; a new duty is one word here. */
import { enumType } from '../base/fields.ts'
import { taskDefiner } from '../engine/task-variant.ts'

export const CLUSTER_TASK_TYPE = enumType('ClusterTaskType', [
  { name: 'storeMaintenance', label: 'Store maintenance' },
  { name: 'accountMaintenance', label: 'Account maintenance' },
  { name: 'metricsCalculate', label: 'Calculate metrics' },
  { name: 'metricsPush', label: 'Push metrics' },
  { name: 'pushNotifications', label: 'Push notifications' },
  { name: 'searchIndexing', label: 'Search indexing' },
  { name: 'spamClassifierTraining', label: 'Spam classifier training' },
  { name: 'outboundMta', label: 'Outbound mail' },
  { name: 'taskQueueProcessing', label: 'General task queue' },
  { name: 'taskScheduler', label: 'Task scheduler' },
])
export type Duty = NonNullable<(typeof CLUSTER_TASK_TYPE)['_names']>
export const DUTIES: readonly Duty[] = CLUSTER_TASK_TYPE.members.map(member => member.name as Duty)

export const define = taskDefiner(DUTIES)
