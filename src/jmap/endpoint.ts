/** JMAP as a listener uses it: bytes of a request in, a reply or a request-level problem out. */
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
}

export type Reply =
  | { readonly kind: 'reply'; readonly body: JsonObject }
  | { readonly kind: 'problem'; readonly problem: RequestProblem }

export class JmapEndpoint {
  readonly requestBytesMax = REQUEST_LIMITS.maxSizeRequest
  readonly requestsPerAccountMax = REQUEST_LIMITS.maxConcurrentRequests
  readonly #deps: EndpointDeps
  readonly #sessions: Sessions

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
    const request = parsed(body)
    if (request instanceof RequestError) return { kind: 'problem', problem: request.problem }
    const reply = await dispatch(request, principal, remote, this.#deps)
    return { kind: 'reply', body: { ...reply, sessionState: this.#sessions.state(principal) } }
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
