/** The session resource (RFC 8620 §2): what a client may do, where, and within which limits. */
import { hash32 } from '../base/hash.ts'
import type { JsonObject } from '../base/json.ts'
import type { Principal } from '../registry/method.ts'
import { OBJECTS_IN_GET_MAX, OBJECTS_IN_SET_MAX } from '../registry/ops/environment.ts'
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
}

/** The registry's own methods. */
export const REGISTRY_CAPABILITY: Capability = { urn: 'urn:stalwart:jmap', session: {}, account: {} }

const CORE_CAPABILITY: JsonObject = {
  maxSizeUpload: 0,
  maxConcurrentUpload: 0,
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
    const account = principal && {
      name: principal.name, isPersonal: true, isReadOnly: false,
      accountCapabilities: Object.fromEntries(this.#capabilities.map(({ urn, account }) => [urn, account])),
    }
    return {
      capabilities: {
        [CORE]: CORE_CAPABILITY,
        ...Object.fromEntries(this.#capabilities.map(({ urn, session }) => [urn, session])),
      },
      accounts: principal && account ? { [principal.accountId]: account } : {},
      primaryAccounts: principal ? Object.fromEntries(urns.map(urn => [urn, principal.accountId])) : {},
      username: principal?.name ?? '',
      apiUrl: `${origin}/jmap/`,
      downloadUrl: `${origin}/jmap/download/{accountId}/{blobId}/{name}?accept={type}`,
      uploadUrl: `${origin}/jmap/upload/{accountId}/`,
      eventSourceUrl: `${origin}/jmap/eventsource/?types={types}&closeafter={closeafter}&ping={ping}`,
      state: this.state(principal),
    }
  }

  /** Changes when the session of this caller does; its origin does not count, the caller chose it. */
  state(principal: Principal | null): string {
    return hash32(`${this.#common} ${principal?.accountId ?? ''} ${principal?.name ?? ''}`).toString(16)
  }
}
