/**
 * SetErrors of RFC 8620 §5.3 with the members that the management API adds; a strange one still gives a
 * message.
 */
import type { Json } from '../base/json.ts'
import { isJsonObject } from '../base/json.ts'

export interface ObjectReference { readonly object: string | null; readonly id: string }
export interface ValidationError {
  readonly type: string
  readonly property: string
  readonly required: number | null
  readonly value: Json
}
export interface SetError {
  readonly type: string
  readonly description: string | null
  readonly properties: readonly string[]
  readonly objectId: ObjectReference | null
  readonly linkedObjects: readonly ObjectReference[]
  readonly validationErrors: readonly ValidationError[]
}

/** An entry that the server neither took nor refused. */
export const UNANSWERED: SetError = setError({
  type: 'unanswered', description: 'the server gave no answer for it',
})

export function setError(value: Json | undefined): SetError {
  const from = isJsonObject(value) ? value : {}
  return {
    type: textOf(from['type']) ?? 'unknown',
    description: textOf(from['description']),
    properties: listOf(from['properties']).flatMap(entry => textOf(entry) ?? []),
    objectId: reference(from['objectId'] ?? from['existingId']),
    linkedObjects: listOf(from['linkedObjects']).flatMap(entry => reference(entry) ?? []),
    validationErrors: listOf(from['validationErrors']).filter(isJsonObject).map(validation),
  }
}

function validation(from: { readonly [key: string]: Json }): ValidationError {
  const required = from['required']
  return {
    type: textOf(from['type']) ?? 'Invalid',
    property: textOf(from['property']) ?? '',
    required: typeof required === 'number' ? required : null,
    value: from['value'] ?? null,
  }
}

/** A plain id, or `{ object, id }`. */
function reference(value: Json | undefined): ObjectReference | null {
  if (typeof value === 'string') return { object: null, id: value }
  if (!isJsonObject(value) || typeof value['id'] !== 'string') return null
  return { object: textOf(value['object']), id: value['id'] }
}

function textOf(value: Json | undefined): string | null {
  return typeof value === 'string' ? value : null
}

function listOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : []
}
