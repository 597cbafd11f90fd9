/** A small schema document for tests of clients: one object of every kind that they treat differently. */
import type { JsonObject } from '../../src/base/json.ts'
import { HISTORY_SCHEMA } from './history-schema.ts'

const text = (format = 'string', more: JsonObject = {}) => ({ type: 'string', format, ...more })
const field = (type: JsonObject, update = 'mutable', description = 'For tests.') => ({ description, type, update })
const single = (name: string) => ({ type: 'single', schemaName: name })
const object = (prefix: string, type = 'object') => ({ type, description: `${prefix} of the tests.`, permissionPrefix: prefix })
const member = (name: string) => ({ name, label: name })

const taskFields = {
  accountId: field({ type: 'objectId', objectName: 'x:Account' }, 'immutable', 'Owner of the work.'),
  due: field({ type: 'utcDateTime', nullable: true }, 'serverSet'),
  status: field({ type: 'object', objectName: 'x:TaskStatus' }),
}
const group = (name: string, setClass: JsonObject) => ({
  [`x:${name}`]: {
    type: 'multiple',
    variants: [member('EnableAll'), member('DisableAll'), { ...member('EnableSome'), schemaName: `x:${name}Members` }],
  },
  [`x:${name}Members`]: single(`x:${name}Members`),
  fields: { [`x:${name}Members`]: { properties: { members: field({ type: 'set', class: setClass, minItems: 1 }) } } },
})
const { fields: duties, ...dutySchemas } = group('DutyGroup', { type: 'enum', enumName: 'Duty' })

export const API_SCHEMA: JsonObject = {
  objects: {
    'x:Task': object('sysTask'),
    'x:Task/TaskFailed': { type: 'view', objectName: 'x:Task' },
    'x:TaskManager': object('sysTaskManager', 'singleton'),
    'x:ClusterRole': object('sysClusterRole'),
    'x:ClusterNode': object('sysClusterNode'),
    'x:ClusterLane': object('sysClusterLane'),
    'x:ClusterFinding': object('sysClusterFinding'),
    'x:NetworkListener': object('sysNetworkListener'),
    'x:Account': object('sysAccount'),
    'x:Policy': object('sysPolicy'),
    ...HISTORY_SCHEMA.objects,
  },
  schemas: {
    'x:Task': {
      type: 'multiple',
      variants: [
        { ...member('IndexDocument'), schemaName: 'x:TaskIndexDocument' },
        { ...member('UnindexDocument'), schemaName: 'x:TaskIndexDocument' },
        { ...member('StoreMaintenance'), schemaName: 'x:TaskStoreMaintenance' },
      ],
    },
    'x:TaskStatus': {
      type: 'multiple',
      variants: [
        { ...member('Pending'), schemaName: 'x:TaskStatusPending' },
        { ...member('Retry'), schemaName: 'x:TaskStatusRetry' },
        { ...member('Failed'), schemaName: 'x:TaskStatusFailed' },
      ],
    },
    'x:TaskStatusPending': single('x:TaskStatusPending'),
    'x:TaskManager': single('x:TaskManager'),
    'x:RetryStrategy': {
      type: 'multiple',
      variants: [
        { ...member('ExponentialBackoff'), schemaName: 'x:RetryStrategyBackoff' },
        { ...member('FixedDelay'), schemaName: 'x:RetryStrategyFixed' },
      ],
    },
    'x:ClusterRole': single('x:ClusterRole'),
    'x:NetworkListener': single('x:NetworkListener'),
    'x:Account': { type: 'multiple', variants: [{ ...member('User'), schemaName: 'x:Account' }] },
    'x:Policy': single('x:Policy'),
    'x:Alias': single('x:Alias'),
    ...dutySchemas,
    ...HISTORY_SCHEMA.schemas,
  },
  fields: {
    'x:TaskIndexDocument': {
      properties: {
        ...taskFields,
        documentId: field(text(), 'immutable'),
        documentType: field({ type: 'enum', enumName: 'DocumentType' }, 'immutable'),
      },
    },
    'x:TaskStoreMaintenance': {
      properties: {
        due: taskFields.due,
        status: taskFields.status,
        maintenanceType: field({ type: 'enum', enumName: 'MaintenanceType' }, 'immutable'),
        shardIndex: field({ type: 'number', format: 'unsignedInteger', max: 255, nullable: true }, 'immutable'),
      },
    },
    'x:TaskStatusPending': { properties: { due: field({ type: 'utcDateTime' }) } },
    'x:TaskStatusRetry': {
      properties: {
        due: field({ type: 'utcDateTime' }),
        attemptNumber: field({ type: 'number', format: 'unsignedInteger' }),
        failureReason: field(text('text')),
      },
    },
    'x:TaskStatusFailed': {
      properties: { failedAt: field({ type: 'utcDateTime' }, 'serverSet'), failureReason: field(text('text')) },
    },
    'x:TaskManager': {
      properties: {
        maxAttempts: field({ type: 'number', format: 'unsignedInteger', min: 1 }, 'mutable', 'Attempts before Failed.'),
        strategy: field({ type: 'object', objectName: 'x:RetryStrategy' }),
        totalDeadline: field({ type: 'number', format: 'duration' }),
      },
      defaults: { maxAttempts: 3, totalDeadline: 21_600_000 },
    },
    'x:RetryStrategyBackoff': {
      properties: {
        factor: field({ type: 'number', format: 'float' }),
        initialDelay: field({ type: 'number', format: 'duration' }),
        jitter: field({ type: 'boolean' }),
      },
    },
    'x:RetryStrategyFixed': { properties: { delay: field({ type: 'number', format: 'duration' }) } },
    'x:ClusterRole': {
      properties: {
        name: field(text(), 'immutable'),
        description: field(text('string', { nullable: true })),
        duties: field({ type: 'object', objectName: 'x:DutyGroup' }),
        listenerIds: field({ type: 'set', class: { type: 'objectId', objectName: 'x:NetworkListener' } }),
      },
    },
    'x:NetworkListener': {
      properties: {
        name: field(text('string', { minLength: 1, maxLength: 64 }), 'immutable'),
        protocol: field({ type: 'enum', enumName: 'Protocol' }),
        bind: field({ type: 'set', class: text('socketAddress'), minItems: 1 }),
        tlsImplicit: field({ type: 'boolean' }),
        maxMessage: field({ type: 'number', format: 'size' }),
      },
      defaults: { protocol: 'smtp' },
    },
    'x:Account': {
      properties: {
        name: field(text()),
        aliases: field({ type: 'objectList', objectName: 'x:Alias' }),
        quotas: field({
          type: 'map', keyClass: { type: 'enum', enumName: 'Quota' }, valueClass: { type: 'number', format: 'size' },
        }),
        secret: field(text('secret', { nullable: true })),
        createdAt: field({ type: 'utcDateTime' }, 'serverSet'),
      },
    },
    'x:Policy': { properties: { name: field(text()) } },
    'x:Alias': { properties: { name: field(text()), enabled: field({ type: 'boolean' }) } },
    ...duties,
    ...HISTORY_SCHEMA.fields,
  },
  forms: {},
  lists: {
    'x:Task': {
      title: 'Tasks', subtitle: 'Work that waits.', singularName: 'task', pluralName: 'tasks',
      columns: [{ name: '@type', label: 'Kind' }, { name: 'due', label: 'Due' }, { name: 'status', label: 'Status' },
        { name: 'accountId', label: 'Account' }],
      filters: [
        { type: 'enum', field: '@type', enumName: 'TaskKind', label: 'Kind' },
        { type: 'enum', field: 'status', enumName: 'TaskStatusName', label: 'Status' },
        { type: 'date', field: 'due', label: 'Due' },
        { type: 'integer', field: 'attempts', label: 'Attempts' },
      ],
    },
    'x:ClusterRole': {
      title: 'Roles', subtitle: 'What nodes do.', singularName: 'role', pluralName: 'roles', labelProperty: 'name',
      columns: [{ name: 'name', label: 'Name' }, { name: 'listenerIds', label: 'Listeners' }],
    },
    'x:NetworkListener': {
      title: 'Listeners', subtitle: 'Open ports.', singularName: 'listener', pluralName: 'listeners', labelProperty: 'name',
      columns: [{ name: 'name', label: 'Name' }, { name: 'bind', label: 'Addresses' }],
    },
    'x:Account': {
      title: 'Accounts', subtitle: 'People.', singularName: 'account', pluralName: 'accounts', labelProperty: 'name',
      columns: [{ name: 'name', label: 'Name' }],
    },
    ...HISTORY_SCHEMA.lists,
  },
  enums: {
    TaskKind: [member('IndexDocument'), member('UnindexDocument'), member('StoreMaintenance')],
    TaskStatusName: [member('Pending'), member('Retry'), member('Failed')],
    DocumentType: [{ name: 'email', label: 'E-mail', explanation: 'A message.' }, member('calendar'), member('contacts')],
    MaintenanceType: [member('purgeBlob'), member('purgeData')],
    Protocol: [member('http'), member('smtp'), member('lmtp')],
    Duty: [member('searchIndexing'), member('taskScheduler'), member('outboundMta')],
    Outcome: HISTORY_SCHEMA.outcomes,
    Quota: [member('maxDiskQuota')],
  },
  dashboards: [],
  layouts: [],
}
