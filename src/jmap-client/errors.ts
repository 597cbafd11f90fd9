/**
 * What can go wrong between a client and the server, one class a layer: no connection, an HTTP status, a
 * method error (RFC 8620 §3.6.2), an answer that is no JMAP. SetErrors (RFC 8620 §5.3) are data, not
 * exceptions: a `/set` may refuse one entry and take the next.
 */

/** Nothing answered: refused, name unknown, timed out, or cut while the answer was read. */
export class ConnectionFailed extends Error {
  override readonly name = 'ConnectionFailed'
  readonly url: string
  readonly reason: string
  constructor(url: string, reason: string, cause?: unknown) {
    super(`cannot reach ${url}: ${reason}`, cause === undefined ? undefined : { cause })
    this.url = url
    this.reason = reason
  }
}

/** The caller's own signal ended the request. */
export class RequestAborted extends Error {
  override readonly name = 'RequestAborted'
}

/** A problem document (RFC 9457), as far as it was one. */
export interface Problem { readonly type: string; readonly title: string | null; readonly detail: string | null }

/** An HTTP status that is not 200. */
export class HttpFailed extends Error {
  override readonly name = 'HttpFailed'
  readonly url: string
  readonly status: number
  readonly problem: Problem | null
  constructor(url: string, status: number, problem: Problem | null) {
    super(`HTTP ${status}${problem === null ? '' : `: ${problem.detail ?? problem.title ?? problem.type}`}`)
    this.url = url
    this.status = status
    this.problem = problem
  }
}

/** A whole method call was refused. */
export class MethodFailed extends Error {
  override readonly name = 'MethodFailed'
  readonly method: string
  readonly type: string
  readonly description: string | null
  constructor(method: string, type: string, description: string | null) {
    super(`${method}: ${type}${description === null ? '' : `: ${description}`}`)
    this.method = method
    this.type = type
    this.description = description
  }
}

/** A list changes so fast that its pages cannot be put together. */
export class ListUnsteady extends Error {
  override readonly name = 'ListUnsteady'
  constructor(restarts: number) {
    super(`the list changes faster than it can be read: it was begun again ${restarts} times`)
  }
}

/** The answer is not what the API promises: another kind of server, or one that is too new. */
export class ReplyMalformed extends Error {
  override readonly name = 'ReplyMalformed'
  constructor(what: string, why: string) {
    super(`the answer of ${what} is not understood: ${why}`)
  }
}

/** It may be over in a moment: no connection, a gateway or server that says so (RFC 9110 §15.6.3–5), a store that is away. */
export function isPassing(error: unknown): error is ConnectionFailed | HttpFailed | MethodFailed {
  if (error instanceof HttpFailed) return [502, 503, 504].includes(error.status)
  return error instanceof ConnectionFailed || (error instanceof MethodFailed && error.type === 'serverUnavailable')
}
