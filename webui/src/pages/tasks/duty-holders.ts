/** Which live nodes have a duty, and which roles give it: for whoever wants a task to run that no node may take. */
import type { JsonObject } from '../../../../src/base/json.ts'
import { objectOrNull, text, textOrNull } from '../../api/values.ts'

export interface DutyNode { readonly id: string; readonly hostname: string; readonly role: string | null }
export interface DutyRole { readonly id: string; readonly name: string }
export interface DutyHolders {
  /** Live, not draining. */
  readonly having: readonly DutyNode[]
  readonly lacking: readonly DutyNode[]
  /** Roles that give it. */
  readonly roles: readonly DutyRole[]
  readonly otherRoles: readonly DutyRole[]
}

export function dutyHolders(duty: string, nodes: readonly JsonObject[], roles: readonly JsonObject[]): DutyHolders {
  const live = nodes.filter(node => node['status'] === 'active' && node['draining'] !== true)
  const has = (node: JsonObject) => objectOrNull(node['duties'])?.[duty] === true
  const gives = (role: JsonObject) => roleGives(objectOrNull(role['tasks']), duty)
  return {
    having: live.filter(has).map(nodeOf), lacking: live.filter(node => !has(node)).map(nodeOf),
    roles: roles.filter(gives).map(roleOf), otherRoles: roles.filter(role => !gives(role)).map(roleOf),
  }
}

function roleGives(tasks: JsonObject | null, duty: string): boolean {
  const named = objectOrNull(tasks?.['taskTypes'])?.[duty] === true
  switch (tasks?.['@type']) {
    case 'EnableAll': return true
    case 'EnableSome': return named
    case 'DisableSome': return !named
    default: return false
  }
}

function nodeOf(node: JsonObject): DutyNode {
  return { id: text(node['id']), hostname: text(node['hostname']), role: textOrNull(node['role']) }
}

function roleOf(role: JsonObject): DutyRole {
  return { id: text(role['id']), name: text(role['name']) }
}
