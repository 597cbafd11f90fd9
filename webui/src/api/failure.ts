/** Every way in which a question to the server may end badly: a closed set, each with its own words (texts: `failure`). */
import type { SetError } from '../../../src/jmap-client/set-error.ts'
import { ConnectionFailed, HttpFailed, MethodFailed, ReplyMalformed } from '../../../src/jmap-client/errors.ts'
import { LoginUnreachable, SignedOut } from './login.ts'

export type Failure =
  /** Nothing answered; it may be over in a moment. */
  | { readonly kind: 'offline'; readonly detail: string | null }
  | { readonly kind: 'signedOut' }
  | { readonly kind: 'forbidden'; readonly detail: string | null }
  | { readonly kind: 'notFound'; readonly detail: string | null }
  /** The server does not take what was entered. */
  | { readonly kind: 'refused'; readonly error: SetError }
  /** Too much, or too often. */
  | { readonly kind: 'limit'; readonly detail: string | null }
  /** The console asked wrongly, or the server speaks another version. */
  | { readonly kind: 'misunderstood'; readonly detail: string }
  /** The fault of the server; its log has the reference. */
  | { readonly kind: 'fault'; readonly detail: string | null }

/** A SetError as something to throw. */
export class Refused extends Error {
  override readonly name = 'Refused'
  readonly error: SetError
  constructor(error: SetError) {
    super(error.description ?? error.type)
    this.error = error
  }
}

const LIMITS = ['tooManyObjects', 'requestTooLarge', 'limit', 'overQuota', 'rateLimit', 'tooManyChanges']
const PASSING = ['serverUnavailable', 'serverPartialFail']

export function failureOf(error: unknown): Failure {
  if (error instanceof Refused) return ofSetError(error.error)
  if (error instanceof SignedOut) return { kind: 'signedOut' }
  if (error instanceof LoginUnreachable) return { kind: 'offline', detail: null }
  if (error instanceof ConnectionFailed) return { kind: 'offline', detail: error.reason }
  if (error instanceof HttpFailed) return ofStatus(error)
  if (error instanceof MethodFailed) return ofMethod(error)
  if (error instanceof ReplyMalformed) return { kind: 'misunderstood', detail: error.message }
  return { kind: 'misunderstood', detail: error instanceof Error ? error.message : String(error) }
}

/** Trying again without a change may help. */
export function mayPass(failure: Failure): boolean {
  return failure.kind === 'offline' || failure.kind === 'limit' || failure.kind === 'fault'
}

function ofSetError(error: SetError): Failure {
  if (error.type === 'forbidden') return { kind: 'forbidden', detail: error.description }
  if (error.type === 'notFound') return { kind: 'notFound', detail: error.description }
  if (error.type === 'rateLimit') return { kind: 'limit', detail: error.description }
  return { kind: 'refused', error }
}

function ofStatus({ status, problem }: HttpFailed): Failure {
  const detail = problem?.detail ?? problem?.title ?? null
  if (status === 401) return { kind: 'signedOut' }
  if (status === 403) return { kind: 'forbidden', detail }
  if (status === 404) return { kind: 'notFound', detail }
  if (status === 413 || status === 429) return { kind: 'limit', detail }
  if (status === 502 || status === 503 || status === 504) return { kind: 'offline', detail: detail ?? `HTTP ${status}` }
  return status >= 500 ? { kind: 'fault', detail } : { kind: 'misunderstood', detail: detail ?? `HTTP ${status}` }
}

function ofMethod({ type, description }: MethodFailed): Failure {
  if (type === 'forbidden' || type === 'accountReadOnly') return { kind: 'forbidden', detail: description }
  if (PASSING.includes(type)) return { kind: 'offline', detail: description ?? type }
  if (LIMITS.includes(type)) return { kind: 'limit', detail: description }
  if (type === 'serverFail') return { kind: 'fault', detail: description }
  return { kind: 'misunderstood', detail: description ?? type }
}
