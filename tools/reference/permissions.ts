/** docs/reference/permissions.md: every permission, and which role has it. */
import { USER_ROLES } from '../../src/registry/schema/permissions.ts'
import type { StandardObjects } from '../../src/registry/objects/standard-objects.ts'
import { code, page, table } from './markdown.ts'

export function permissionsPage({ permissions, roles }: Pick<StandardObjects<never>, 'permissions' | 'roles'>): string {
  const held = new Map<string, ReadonlySet<string>>(Object.entries(roles))
  const rows = permissions.map(({ name, label }) =>
    [code(name), label, ...USER_ROLES.members.map(role => held.get(role.name)?.has(name) === true ? 'yes' : '')])
  return page('Permissions', '`src/registry/schema/permissions.ts`',
    'Nothing is allowed that is not named. An account has the permissions of its role; its own list adds to them, takes some '
    + 'away, or replaces them.',
    table(['role', 'what it may do'], USER_ROLES.members.map(({ name, explanation }) => [code(name), explanation ?? ''])),
    table(['permission', 'meaning', ...USER_ROLES.members.map(role => role.name)], rows))
}
