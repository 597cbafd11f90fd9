/**
 * What a JMAP method is to the dispatcher: arguments in, reply out, errors of the RFC's closed list. Registry verbs and
 * mail methods both have this shape, so the dispatcher knows neither.
 */
import type { Id } from '../base/ids.ts'
import type { JsonObject } from '../base/json.ts'

/** Who is calling. Permissions are names as in docs/reference/permissions.md; nothing is allowed that is not named. */
export interface Principal {
  readonly accountId: Id
  readonly name: string
  readonly permissions: ReadonlySet<string>
  /** Groups whose mail is the caller's too; none when left out. */
  readonly groups?: readonly MailGroup[]
  /** The language and country of its web console, such as `de_AT`. */
  readonly locale?: string
  /** With what it logged in: `password`, `apiKey:<id>`, `oauth:<id of the grant>` or `local`. */
  readonly via?: string
}

/** An account without a login, whose mail its members share. `name`: its address. */
export interface MailGroup { readonly accountId: Id; readonly name: string }

export interface CallContext {
  readonly principal: Principal
  /** The address of the caller, where it came over a connection. */
  readonly remote?: string | null
  /** Creation ids of this request, `createdIds` sent by the client included; methods add what they create. */
  readonly createdIds: Map<string, Id>
}

export type Method = (args: JsonObject, context: CallContext) => Promise<JsonObject>

/** RFC 8620 §3.6.2, and the ones that the management API adds. */
export type MethodErrorType =
  | 'unknownMethod' | 'invalidArguments' | 'requestTooLarge' | 'forbidden' | 'accountNotFound' | 'unsupportedFilter'
  | 'unsupportedSort' | 'anchorNotFound' | 'invalidResultReference' | 'serverUnavailable' | 'serverPartialFail'
  | 'serverFail' | 'accountReadOnly' | 'cannotCalculateChanges' | 'stateMismatch'

export class MethodError extends Error {
  override readonly name = 'MethodError'
  readonly type: MethodErrorType
  /** `options.cause`: what the client is not told, for the log. */
  constructor(type: MethodErrorType, description: string, options?: ErrorOptions) {
    super(description, options)
    this.type = type
  }
}
