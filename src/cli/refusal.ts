/**
 * A SetError as lines that name the field and say what it may be; what the server says itself comes first.
 */
import type { Model, ObjectEntry } from '../jmap-client/model.ts'
import type { ObjectReference, SetError, ValidationError } from '../jmap-client/set-error.ts'
import type { ExitCode } from './failure.ts'
import { EXIT } from './failure.ts'
import { propertiesOf } from './input/path.ts'
import { typeText } from './output/type-text.ts'

export function refusalText(model: Model, object: ObjectEntry, error: SetError): string {
  const { type, description, properties, objectId, linkedObjects, validationErrors } = error
  const named = [...properties, ...validationErrors.map(({ property }) => property)]
  // A server that names the field itself has said it better than the codes can.
  if (description !== null && linkedObjects.length === 0 && named.every(name => description.includes(name))) return description
  const parts: string[] = []
  if (validationErrors.length > 0) {
    parts.push(...validationErrors.map(entry => validationText(model, object, entry)))
    if (description !== null) parts.push(description)
  } else if (properties.length > 0) {
    parts.push(`${properties.join(', ')}: ${description ?? plainWord(type)}`)
  } else if (description !== null) {
    parts.push(description)
  }
  if (linkedObjects.length > 0) parts.push(`it is used by ${linkedObjects.map(referenceText).join(', ')}`)
  if (objectId !== null && type === 'primaryKeyViolation') parts.push(`taken by ${referenceText(objectId)}`)
  if (objectId !== null && type === 'invalidForeignKey') parts.push(`there is no ${referenceText(objectId)}`)
  return parts.length > 0 ? parts.join('; ') : plainText(object, type)
}

export function refusalCode(errors: readonly SetError[]): ExitCode {
  return errors.length > 0 && errors.every(error => error.type === 'notFound') ? EXIT.notFound : EXIT.refused
}

function validationText(model: Model, object: ObjectEntry, error: ValidationError): string {
  const field = propertiesOf(model.variants(object.name)).get(error.property)
  const form = field ? ` (${typeText(model, field.type)})` : ''
  const limit = error.required ?? '?'
  switch (error.type) {
    case 'Required': return `${error.property} is required${form}`
    case 'MinLength': return `${error.property} needs at least ${limit}`
    case 'MaxLength': return `${error.property} takes at most ${limit}`
    case 'MinValue': return `${error.property} must be at least ${limit}`
    case 'MaxValue': return `${error.property} must be at most ${limit}`
    default: return `${error.property}: ${error.value === null ? 'it' : JSON.stringify(error.value)} is not valid${form}`
  }
}

function referenceText({ object, id }: ObjectReference): string {
  return object === null ? id : `${object} ${id}`
}

function plainText(object: ObjectEntry, type: string): string {
  return type === 'notFound' ? `there is no ${object.name} with this id` : plainWord(type)
}

function plainWord(type: string): string {
  switch (type) {
    case 'forbidden': return 'not allowed'
    case 'primaryKeyViolation': return 'another one has this value'
    case 'invalidForeignKey': return 'it refers to an object that does not exist'
    case 'invalidPatch': case 'invalidProperties': return 'this field cannot be set so'
    default: return type
  }
}
