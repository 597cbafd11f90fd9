/**
 * Permissions: names that a principal holds or does not hold; nothing is allowed that is not named. An object's are
 * `sys<Object><Verb>`, only for the verbs that it has; work on tasks of a variant needs `task<Variant>` besides. The four
 * built-in sets are what an account's role gives; an account's own list adds to its set, takes away, or replaces it.
 */
import type { EnumMember } from '../../base/fields.ts'
import { enumType } from '../../base/fields.ts'
import type { ObjectDefinition, Verb } from './object.ts'

/** Of the mail methods (jmap/methods); the own mailbox only. */
export const MAIL_PERMISSIONS = [
  { name: 'jmapMailboxGet', label: 'Read mailboxes' },
  { name: 'jmapEmailGet', label: 'Read e-mail' },
  { name: 'jmapEmailQuery', label: 'Find e-mail' },
  { name: 'jmapBlobUpload', label: 'Upload files' },
  { name: 'jmapEmailImport', label: 'Import e-mail from uploaded files' },
  { name: 'jmapEmailUpdate', label: 'Change e-mail' },
  { name: 'jmapEmailDestroy', label: 'Destroy e-mail' },
] as const satisfies readonly EnumMember[]

export const USER_ROLES = enumType('UserRole', [
  { name: 'User', label: 'User', explanation: 'The own mailbox and what belongs to the account, nothing else.' },
  { name: 'Admin', label: 'Administrator', explanation: 'Everything.' },
  {
    name: 'Operator',
    label: 'Operator',
    explanation:
      'Runs the cluster: tasks, roles, listeners and nodes; sees accounts and domains but changes none. And the own mailbox.',
  },
  { name: 'ReadOnly', label: 'Auditor', explanation: 'Sees everything of the server and changes nothing.' },
])
export type UserRole = NonNullable<(typeof USER_ROLES)['_names']>

/** Objects whose work is the operator's; of all others an operator sees what there is. */
const OPERATED: ReadonlySet<string> = new Set([
  'Task',
  'Schedule',
  'TaskManager',
  'ClusterRole',
  'ClusterNode',
  'NetworkListener',
])

/**
 * What people have done, which an operator does not read; an administrator can grant it. The audit log shows what accounts
 * keep for themselves (their API keys), and from which addresses people log in, and it is there to watch operators too.
 * Traces show who has written to whom.
 */
const CONFIDENTIAL: ReadonlySet<string> = new Set(['AuditEntry', 'Trace'])

type Named = Pick<ObjectDefinition, 'name' | 'plural' | 'permissionPrefix' | 'verbs'>
type Declared = Named & Partial<Pick<ObjectDefinition, 'owner' | 'shape' | 'variantPermissionPrefix'>>

export function permissionOf({ permissionPrefix }: Pick<Named, 'permissionPrefix'>, verb: Verb): string {
  return permissionPrefix + verb
}

/** Every permission that means something on this server, in the order of the menus. */
export function permissionList(objects: readonly Declared[]): EnumMember[] {
  return [
    ...MAIL_PERMISSIONS,
    ...objects.flatMap(of =>
      of.verbs.map(verb => ({ name: permissionOf(of, verb), label: `${VERB_LABELS[verb]}: ${of.plural}` })),
    ),
    ...everyonesPermissions(objects),
    ...objects.flatMap(variantPermissions),
  ]
}
const VERB_LABELS: Readonly<Record<Verb, string>> = {
  Get: 'Read',
  Query: 'List',
  Create: 'Create',
  Update: 'Change',
  Destroy: 'Destroy',
}

/** To see and write those of every account, where no permission of a verb stands for that already. */
function everyonesPermissions(objects: readonly Declared[]): EnumMember[] {
  const ofVerbs = new Set(objects.flatMap(of => of.verbs.map(verb => permissionOf(of, verb))))
  return objects.flatMap(({ owner, plural }) =>
    owner === undefined || ofVerbs.has(owner.everyones)
      ? []
      : [{ name: owner.everyones, label: `Those of every account: ${plural}` }],
  )
}

function variantPermissions({ plural, shape, variantPermissionPrefix: prefix }: Declared): EnumMember[] {
  if (prefix === undefined || shape?.kind !== 'multiple') return []
  return shape.variants.map(({ name, label }) => ({ name: prefix + name, label: `${plural}: ${label}` }))
}

export type RolePermissions = Readonly<Record<UserRole, ReadonlySet<string>>>

export function rolePermissions(objects: readonly Declared[]): RolePermissions {
  const mail = MAIL_PERMISSIONS.map(permission => permission.name)
  const readable = readableOf(objects)
  const owned = objects.filter(of => of.owner !== undefined)
  const own = owned.flatMap(of => of.verbs.map(verb => permissionOf(of, verb)))
  const everyones = everyonesPermissions(objects).map(permission => permission.name)
  const seen = readableOf(objects.filter(of => !CONFIDENTIAL.has(of.name)))
  const operated = objects.filter(of => OPERATED.has(of.name))
  const all = permissionList(objects).map(permission => permission.name)
  return {
    User: new Set([...mail, ...own]),
    Admin: new Set(all),
    Operator: new Set([...seen, ...own, ...permissionList(operated).map(permission => permission.name)]),
    ReadOnly: new Set([...mail, ...readable, ...everyones]),
  }
}

function readableOf(objects: readonly Declared[]): string[] {
  return objects.flatMap(of => of.verbs.filter(isReading).map(verb => permissionOf(of, verb)))
}

function isReading(verb: Verb): boolean {
  return verb === 'Get' || verb === 'Query'
}
