/** JMAP as a listener uses it: bytes of a request in, a reply or a request-level problem out. */
import type { Clock } from '../base/clock.ts'
import type { JsonObject } from '../base/json.ts'
import type { Principal } from '../registry/method.ts'
import { dispatch } from './dispatch.ts'
import type { DispatchDeps } from './dispatch.ts'
import { REQUEST_LIMITS, RequestError, notJson, overLimit, parseRequest } from './request.ts'
import type { JmapRequest, RequestLimit, RequestProblem } from './request.ts'
import { Sessions } from './session.ts'
import type { Capability } from './session.ts'

export interface EndpointDeps extends DispatchDeps {
  /** Beside core. */
  readonly capabilities: readonly Capability[]
  readonly clock: Pick<Clock, 'breathe'>
}

/** Reading a larger one takes long enough to be felt by others. */
export const LARGE_BYTES_MIN = 50_000

export type Reply =
  | { readonly kind: 'reply'; readonly body: JsonObject }
  | { readonly kind: 'problem'; readonly problem: RequestProblem }

export class JmapEndpoint {
  readonly requestBytesMax = REQUEST_LIMITS.maxSizeRequest
  readonly requestsPerAccountMax = REQUEST_LIMITS.maxConcurrentRequests
  readonly #deps: EndpointDeps
  readonly #sessions: Sessions
  #lastTurn: Promise<void> = Promise.resolve()

  constructor(deps: EndpointDeps) {
    this.#deps = deps
    this.#sessions = new Sessions(deps.capabilities)
  }

  /** `origin`: scheme, host and port as the client used them; null principal: nobody is logged in. */
  session(principal: Principal | null, origin: string): JsonObject {
    return this.#sessions.of(principal, origin)
  }

  /** `remote`: the address of the caller, if there is one. */
  async answer(body: Uint8Array, principal: Principal, remote: string | null): Promise<Reply> {
    if (body.length >= LARGE_BYTES_MIN) await this.#turn()
    const request = parsed(body)
    if (request instanceof RequestError) return { kind: 'problem', problem: request.problem }
    const reply = await dispatch(request, principal, remote, this.#deps)
    return { kind: 'reply', body: { ...reply, sessionState: this.#sessions.state(principal) } }
  }

  /**
   * Large requests begin one at a time, and sockets and timers have their turn before each: 64 that arrived together would
   * else be read in one go, which took seconds and cost the node its lease.
   */
  #turn(): Promise<void> {
    this.#lastTurn = this.#lastTurn.then(() => this.#deps.clock.breathe())
    return this.#lastTurn
  }

  /** The problem for a limit that the listener watches, because it would be too late here. */
  overLimit(limit: RequestLimit): RequestProblem {
    return overLimit(limit).problem
  }

  notJson(detail: string): RequestProblem {
    return notJson(detail).problem
  }
}

function parsed(body: Uint8Array): JmapRequest | RequestError {
  try {
    return parseRequest(body)
  } catch (error) {
    if (error instanceof RequestError) return error
    throw error
  }
}
