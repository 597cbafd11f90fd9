/** The role of this node as it is right now: read from ClusterRole, again whenever one changes, and told to whoever depends on it. */
import type { JsonObject } from '../base/json.ts'
import type { Log } from '../base/log.ts'
import type { Role } from '../engine/cluster/role.ts'
import { roleOf } from './role-of.ts'

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
    this.#role = roleOf(deps.name, [])
  }

  get role(): Role { return this.#role }

  /** Reads the role again. */
  async refresh(): Promise<void> {
    const { name, roles, log } = this.#deps
    if (name === null) return
    this.#role = roleOf(name, await roles())
    if (this.#role.kind === 'known') {
      if (this.#reported) log.info({ role: name }, 'role found')
      this.#reported = false
    } else {
      if (this.#reported) return
      this.#reported = true
      log.error({ role: name }, 'STALWART_ROLE names no ClusterRole: this node runs nothing until another node, or this one started without it, has made the role')
    }
  }
}
