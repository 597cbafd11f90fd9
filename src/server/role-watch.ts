/** The role of this node as it is right now: read from ClusterRole, again whenever one changes, and told to whoever depends on it. */
import { setMembers } from '../base/fields.ts'
import { isJsonObject, type Json, type JsonObject } from '../base/json.ts'
import type { Log } from '../base/log.ts'
import type { Group, Role } from '../engine/cluster/role.ts'

export interface RoleWatchDeps {
  /** STALWART_ROLE; null: no role. */
  readonly name: string | null
  /** The bodies of all ClusterRoles. */
  readonly roles: () => Promise<readonly JsonObject[]>
  readonly log: Log
}

export class RoleWatch {
  readonly #deps: RoleWatchDeps
  #role: Role
  #reported = false

  constructor(deps: RoleWatchDeps) {
    this.#deps = deps
    this.#role = deps.name === null ? { kind: 'none' } : { kind: 'unknown', name: deps.name }
  }

  get role(): Role { return this.#role }

  /** Reads the role again. */
  async refresh(): Promise<void> {
    const { name, roles, log } = this.#deps
    if (name === null) return
    const found = (await roles()).find(role => role['name'] === name)
    if (found) {
      if (this.#reported) log.info({ role: name }, 'role found')
      this.#reported = false
      this.#role = { kind: 'known', name, tasks: groupOf(found['tasks'], 'taskTypes'), listeners: groupOf(found['listeners'], 'listenerIds') }
    } else {
      this.#role = { kind: 'unknown', name }
      if (this.#reported) return
      this.#reported = true
      log.error({ role: name }, 'STALWART_ROLE names no ClusterRole: this node runs nothing until another node, or this one started without it, has made the role')
    }
  }
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
