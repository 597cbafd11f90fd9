/**
 * Why one creation, update or removal of a `/set` was refused (RFC 8620 §5.3, and the types of the management API).
 * Clients parse these strictly: the types are a closed list, and a key without a value is left out, never null.
 */
import type { ObjectRef } from './ports.ts'

/** Every type that the registry sends. */
export const SET_ERROR_TYPES = [
  'forbidden', 'notFound', 'invalidPatch', 'willDestroy', 'singleton', 'rateLimit', 'overQuota', 'objectIsLinked',
  'invalidForeignKey', 'primaryKeyViolation', 'validationFailed',
] as const
export type SetErrorType = (typeof SET_ERROR_TYPES)[number]

/** `property` is the innermost declared property, without a path. */
export type ValidationError =
  | { readonly type: 'Required'; readonly property: string }
  | { readonly type: 'Invalid'; readonly property: string; readonly value: string }
  | {
      readonly type: 'MinLength' | 'MaxLength' | 'MinValue' | 'MaxValue'
      readonly property: string
      readonly required: number
    }

export type SetError = {
  readonly type: SetErrorType
  /** Names the field and the fix. */
  readonly description: string
  /** Offending paths, such as `status/due`. */
  readonly properties?: readonly string[]
  readonly existingId?: string
  readonly objectId?: ObjectRef
  readonly linkedObjects?: readonly ObjectRef[]
  readonly validationErrors?: readonly ValidationError[]
}

/** Ends the work on one item; thrown inside a transaction, it rolls the item back and leaves its neighbours alone. */
export class SetFailure extends Error {
  override readonly name = 'SetFailure'
  readonly error: SetError
  constructor(error: SetError) {
    super(error.description)
    this.error = error
  }
}

/** The plain cases; `properties` names what to change. */
export function refusal(type: SetErrorType, description: string, properties?: readonly string[]): SetFailure {
  return new SetFailure({ type, description, ...(properties === undefined ? {} : { properties }) })
}
