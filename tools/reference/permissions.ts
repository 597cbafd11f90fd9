/** docs/reference/permissions.md: every permission, and which role has it. */
import { permissionList, rolePermissions, USER_ROLES } from '../../src/registry/schema/permissions.ts'
import { code, page, table } from './markdown.ts'

export function permissionsPage(objects: Parameters<typeof permissionList>[0]): string {
  const roles = new Map<string, ReadonlySet<string>>(Object.entries(rolePermissions(objects)))
  const rows = permissionList(objects).map(({ name, label }) =>
    [code(name), label, ...USER_ROLES.members.map(role => roles.get(role.name)?.has(name) === true ? 'yes' : '')])
  return page('Permissions', '`src/registry/schema/permissions.ts`',
    'Nothing is allowed that is not named. An account has the permissions of its role; its own list adds to them, takes some '
    + 'away, or replaces them.',
    table(['role', 'what it may do'], USER_ROLES.members.map(({ name, explanation }) => [code(name), explanation ?? ''])),
    table(['permission', 'meaning', ...USER_ROLES.members.map(role => role.name)], rows))
}
