/** A node's role out of the ClusterRole objects as they are stored. */
import { setMembers } from '../base/fields.ts'
import { isJsonObject, type Json, type JsonObject } from '../base/json.ts'
import type { Group, Role } from '../engine/cluster/role.ts'

/** `name`: STALWART_ROLE; null: no role. `roles`: the bodies of all that there are. */
export function roleOf(name: string | null, roles: readonly JsonObject[]): Role {
  if (name === null) return { kind: 'none' }
  const found = roles.find(role => role['name'] === name)
  if (!found) return { kind: 'unknown', name }
  return { kind: 'known', name, tasks: groupOf(found['tasks'], 'taskTypes'), listeners: groupOf(found['listeners'], 'listenerIds') }
}

/** A group as it is stored; one that is not readable enables nothing. */
function groupOf(value: Json | undefined, membersKey: string): Group {
  if (!isJsonObject(value)) return { kind: 'DisableAll' }
  const members = value[membersKey]
  const kind = value['@type']
  if (kind === 'EnableAll' || kind === 'DisableAll') return { kind }
  if (kind === 'EnableSome' || kind === 'DisableSome') return { kind, members: new Set(setMembers(isJsonObject(members) ? members : undefined)) }
  return { kind: 'DisableAll' }
}
