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
  const parts = [
    ...error.validationErrors.map(entry => validationText(model, object, entry)),
    ...(error.validationErrors.length === 0 ? [propertiesText(error)] : []),
    ...(error.description === null || error.properties.length > 0 && error.validationErrors.length === 0 ? [] : [error.description]),
    ...(error.linkedObjects.length > 0 ? [`it is used by ${error.linkedObjects.map(referenceText).join(', ')}`] : []),
    ...(error.type === 'primaryKeyViolation' && error.objectId ? [`taken by ${referenceText(error.objectId)}`] : []),
    ...(error.type === 'invalidForeignKey' && error.objectId ? [`there is no ${referenceText(error.objectId)}`] : []),
  ].filter(part => part !== '')
  return parts.length > 0 ? parts.join('; ') : plainText(object, error.type)
}

export function refusalCode(errors: readonly SetError[]): ExitCode {
  return errors.length > 0 && errors.every(error => error.type === 'notFound') ? EXIT.notFound : EXIT.refused
}

function propertiesText(error: SetError): string {
  if (error.properties.length === 0) return ''
  return `${error.properties.join(', ')}: ${error.description ?? plainWord(error.type)}`
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
    default: return `${error.property}: ${error.value === null ? '' : `${JSON.stringify(error.value)} `}is not valid${form}`
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
