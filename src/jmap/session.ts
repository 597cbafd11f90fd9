/** The session resource (RFC 8620 §2): what a client may do, where, and within which limits. */
import { hash32 } from '../base/hash.ts'
import type { JsonObject } from '../base/json.ts'
import type { Principal } from '../registry/method.ts'
import { OBJECTS_IN_GET_MAX, OBJECTS_IN_SET_MAX } from '../registry/ops/environment.ts'
import { UPLOAD_OCTETS_MAX, UPLOADS_AT_ONCE_MAX } from '../services/upload/uploads.ts'
import { REQUEST_LIMITS } from './request.ts'

const CORE = 'urn:ietf:params:jmap:core'

/**
 * A capability beside core. `session` is its value for the whole server, `account` for one account; most have
 * members only there.
 */
export interface Capability {
  readonly urn: string
  readonly session: JsonObject
  readonly account: JsonObject
  /** Whether groups have it too, whose accounts are there for their mail alone. */
  readonly ofGroups?: true
}

/** The registry's own methods. */
export const REGISTRY_CAPABILITY: Capability = { urn: 'urn:stalwart:jmap', session: {}, account: {} }

const CORE_CAPABILITY: JsonObject = {
  maxSizeUpload: UPLOAD_OCTETS_MAX,
  maxConcurrentUpload: UPLOADS_AT_ONCE_MAX,
  maxSizeRequest: REQUEST_LIMITS.maxSizeRequest,
  maxConcurrentRequests: REQUEST_LIMITS.maxConcurrentRequests,
  maxCallsInRequest: REQUEST_LIMITS.maxCallsInRequest,
  maxObjectsInGet: OBJECTS_IN_GET_MAX,
  maxObjectsInSet: OBJECTS_IN_SET_MAX,
  collationAlgorithms: [],
}

export class Sessions {
  readonly #capabilities: readonly Capability[]
  /** Of all that is the same for every caller, made once: each reply carries a state. */
  readonly #common: number

  /** `capabilities`: those beside core. */
  constructor(capabilities: readonly Capability[]) {
    this.#capabilities = capabilities
    this.#common = hash32(JSON.stringify([CORE_CAPABILITY, capabilities]))
  }

  /** `origin`: scheme, host and port as the client used them. Without a principal there are no accounts. */
  of(principal: Principal | null, origin: string): JsonObject {
    const urns = [CORE, ...this.#capabilities.map(({ urn }) => urn)]
    return {
      capabilities: {
        [CORE]: CORE_CAPABILITY,
        ...Object.fromEntries(this.#capabilities.map(({ urn, session }) => [urn, session])),
      },
      accounts: principal ? this.#accounts(principal) : {},
      primaryAccounts: principal ? Object.fromEntries(urns.map(urn => [urn, principal.accountId])) : {},
      username: principal?.name ?? '',
      apiUrl: `${origin}/jmap/`,
      downloadUrl: `${origin}/jmap/download/{accountId}/{blobId}/{name}?accept={type}`,
      uploadUrl: `${origin}/jmap/upload/{accountId}/`,
      eventSourceUrl: `${origin}/jmap/eventsource/?types={types}&closeafter={closeafter}&ping={ping}`,
      state: this.state(principal),
    }
  }

  /** The caller's own first: clients take it for the one to begin with. */
  #accounts({ accountId, name, groups = [] }: Principal): JsonObject {
    const account = (of: string, isPersonal: boolean): JsonObject => ({
      name: of, isPersonal, isReadOnly: false,
      accountCapabilities: Object.fromEntries(this.#capabilities
        .filter(({ ofGroups }) => isPersonal || ofGroups).map(capability => [capability.urn, capability.account])),
    })
    return Object.fromEntries([
      [accountId, account(name, true)],
      ...groups.map(group => [group.accountId, account(group.name, false)] as const),
    ])
  }

  /** Changes when the session of this caller does; its origin does not count, the caller chose it. */
  state(principal: Principal | null): string {
    const { accountId = '', name = '', groups = [] } = principal ?? {}
    const shared = groups.map(group => ` ${group.accountId} ${group.name}`).join('')
    return hash32(`${this.#common} ${accountId} ${name}${shared}`).toString(16)
  }
}
