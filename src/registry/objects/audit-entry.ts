/**
 * AuditEntry: who changed which object, when and how. The server writes one with every change that was carried out
 * (ops/audit.ts); nobody changes or destroys one, they end with their retention.
 */
import { enumType, nullable, objectId, oneOf, string, utcDateTime } from '../../base/fields.ts'
import { isId } from '../../base/ids.ts'
import type { Condition, ObjectReader } from '../ops/backend.ts'
import { AUDIT_ACTIONS } from '../ports.ts'
import type { AuditAction, AuditEntry, AuditFilter, RegistryTx } from '../ports.ts'
import { object } from '../schema/object.ts'
import type { Stored } from '../schema/object.ts'
import { formatDate } from '../values/date.ts'
import { bothRanges, dateRange } from './date-range.ts'

const LABELS: Readonly<Record<AuditAction, string>> = { Create: 'Created', Update: 'Changed', Destroy: 'Destroyed' }
const ACTION = enumType('AuditAction', AUDIT_ACTIONS.map(name => ({ name, label: LABELS[name] })))
const byServer = { update: 'serverSet' } as const

export const auditEntry = object({
  name: 'AuditEntry',
  label: 'Audit entry',
  plural: 'Audit entries',
  doc: 'A change of an object: who made it, when, and what it changed.',
  verbs: ['Get', 'Query'],
  fields: {
    at: utcDateTime('When it happened.', { ...byServer, label: 'When' }),
    action: oneOf(ACTION, 'What was done.', byServer),
    objectName: string('The kind of object, such as Task.', { ...byServer, label: 'Object' }),
    objectId: string('Which one.', { ...byServer, label: 'Object id' }),
    actorId: nullable(objectId('Account', 'Whose login it was; empty: the server\'s own. The account may be gone.', {
      ...byServer, label: 'Account',
    })),
    actorName: string('The name of whoever did it.', { ...byServer, label: 'By' }),
    via: nullable(string('With what that login was made: a password, or which key.', { ...byServer, label: 'Login' })),
    remote: nullable(string('The address that the request came from.', { ...byServer, label: 'Address' })),
    before: nullable(string('The changed properties as they were, as JSON; secrets are masked.', {
      ...byServer, format: 'text',
    })),
    after: nullable(string('The changed properties as they became, as JSON; secrets are masked.', {
      ...byServer, format: 'text',
    })),
  },
  labelProperty: 'objectName',
  columns: ['at', 'action', 'objectName', 'objectId', 'actorName', 'remote'],
  filters: {
    at: { type: { type: 'utcDateTime' }, label: 'When', range: true },
    objectName: { type: { type: 'string', format: 'string' }, label: 'Object' },
    objectId: { type: { type: 'string', format: 'string' }, label: 'Object id' },
    actorId: { type: { type: 'objectId', objectName: 'Account' }, label: 'Account' },
    action: { type: { type: 'enum', enum: ACTION }, label: 'Action' },
  },
  order: { properties: ['at'], ascending: false },
  sections: [
    { title: 'Change', fields: ['at', 'action', 'objectName', 'objectId', 'before', 'after'] },
    { title: 'Who', fields: ['actorName', 'actorId', 'via', 'remote'] },
  ],
  menu: { section: 'Management', icon: 'scroll-text', link: 'Audit log' },
})

/** Pages go by key, in the order of time. */
export const auditReader: ObjectReader<RegistryTx> = {
  get: async (tx, ids) => (await tx.audit.get(ids.filter(isId))).map(stored),

  async contains(tx, { conditions }, id) {
    const [entry] = isId(id) ? await tx.audit.get([id]) : []
    const filter = filterOf(conditions)
    return entry !== undefined && filter !== null && holds(entry, filter)
  },

  async page(tx, { conditions, ascending }, { limit, skip, after }) {
    const filter = filterOf(conditions)
    const [entry] = after === undefined ? [] : await tx.audit.get([after])
    if (filter === null || (after !== undefined && !entry)) return []
    return tx.audit.query(filter, { ascending, limit, position: skip, ...(entry ? { after: entry } : {}) })
  },

  async count(tx, { conditions }) {
    const filter = filterOf(conditions)
    return filter === null ? 0 : tx.audit.count(filter)
  },
}

function stored({ id, at, ...body }: AuditEntry): Stored {
  return { id, version: 1, body: { at: formatDate(at), ...body } }
}

/** Null: nothing can match. */
function filterOf(conditions: readonly Condition[]): AuditFilter | null {
  let filter: AuditFilter = {}
  for (const { property, comparison, value } of conditions) {
    if (property === 'at') {
      const { atMin: min = 0, atMax: max = Infinity } = filter
      const range = bothRanges({ min, max }, dateRange(comparison, value))
      if (range === null) return null
      filter = { ...filter, atMin: range.min, atMax: range.max }
    } else {
      const name = property as 'objectName' | 'objectId' | 'actorId' | 'action'
      // The same property twice with different values matches nothing.
      if (filter[name] !== undefined && filter[name] !== value) return null
      filter = { ...filter, [name]: value }
    }
  }
  return filter
}

function holds(entry: AuditEntry, { atMin = 0, atMax = Infinity, ...exact }: AuditFilter): boolean {
  const { objectName, objectId: ofObject, actorId, action } = { ...entry, ...exact }
  return entry.at >= atMin && entry.at <= atMax && entry.objectName === objectName && entry.objectId === ofObject
    && entry.actorId === actorId && entry.action === action
}
