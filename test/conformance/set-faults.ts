/**
 * Reads the reply to a `/set` as strictly as the strictest client: it knows these types of errors and these members, and
 * gives up on any other, or on a null where it expects a value. Returns what is wrong.
 */
import { isJsonObject, type Json, type JsonObject } from '../../src/base/json.ts'

const TYPES = new Set([
  'forbidden', 'overQuota', 'tooLarge', 'rateLimit', 'notFound', 'invalidPatch', 'willDestroy', 'invalidProperties',
  'singleton', 'mailboxHasChild', 'mailboxHasEmail', 'blobNotFound', 'tooManyKeywords', 'tooManyMailboxes',
  'forbiddenFrom', 'invalidEmail', 'tooManyRecipients', 'noRecipients', 'invalidRecipients', 'forbiddenMailFrom',
  'forbiddenToSend', 'cannotUnsend', 'alreadyExists', 'invalidScript', 'scriptIsActive', 'addressBookHasContents',
  'nodeHasChildren', 'calendarHasEvent', 'objectIsLinked', 'invalidForeignKey', 'primaryKeyViolation', 'validationFailed',
])
const MEMBERS: Readonly<Record<string, (value: Json) => boolean>> = {
  type: value => TYPES.has(String(value)),
  description: isText,
  properties: value => isList(value, isText),
  existingId: isText,
  objectId: isReference,
  linkedObjects: value => isList(value, isReference),
  validationErrors: value => isList(value, isValidationError),
}
const BOUNDS = ['MaxLength', 'MinLength', 'MaxValue', 'MinValue']

export function setFaults(reply: JsonObject): string[] {
  return ['notCreated', 'notUpdated', 'notDestroyed'].flatMap(part => {
    const errors = reply[part]
    if (errors === undefined || errors === null) return []
    if (!isJsonObject(errors)) return [`${part} is no object`]
    return Object.entries(errors).flatMap(([id, error]) => errorFaults(error).map(fault => `${part}.${id}: ${fault}`))
  })
}

function errorFaults(error: Json): string[] {
  if (!isJsonObject(error)) return ['no object']
  if (!Object.hasOwn(error, 'type')) return ['no type']
  return Object.entries(error)
    .filter(([name, value]) => !(Object.hasOwn(MEMBERS, name) && MEMBERS[name]?.(value) === true))
    .map(([name, value]) => `${name}: ${JSON.stringify(value)}`)
}

function isText(value: Json): boolean {
  return typeof value === 'string'
}

function isList(value: Json, of: (value: Json) => boolean): boolean {
  return Array.isArray(value) && (value as Json[]).every(of)
}

function isReference(value: Json): boolean {
  if (isText(value)) return true
  return isJsonObject(value) && Object.keys(value).toSorted().join() === 'id,object' && Object.values(value).every(isText)
    && !String(value['object']).startsWith('x:')
}

function isValidationError(value: Json): boolean {
  if (!isJsonObject(value) || !isText(value['property'] ?? null)) return false
  const keys = Object.keys(value).toSorted().join()
  if (value['type'] === 'Required') return keys === 'property,type'
  if (value['type'] === 'Invalid') return keys === 'property,type,value' && isText(value['value'] ?? null)
  return BOUNDS.includes(String(value['type'])) && keys === 'property,required,type' && typeof value['required'] === 'number'
}
