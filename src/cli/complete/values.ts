/**
 * Names and values that the schema knows, as candidates for the shell. One that ends in `/`, `=` or `,` is a beginning:
 * something belongs after it.
 */
import type { Model, ObjectEntry, Variant, Verb } from '../../jmap-client/model.ts'
import { bare } from '../../jmap-client/model.ts'
import type { FieldType } from '../../jmap-client/schema.ts'
import { propertiesOf } from '../input/path.ts'
import { fold } from '../input/suggest.ts'

export interface Candidate { readonly value: string; readonly about: string }

const OPERATORS = /^([^=<>!]+)(>=|<=|=|>|<)(.*)$/s

/**
 * `task-manager`, of those that the verb is for; `Create` needs a variant: `task/` until the slash is typed, then
 * `task/index-document`.
 */
export function objectCandidates(model: Model, current: string, verb: Verb | null): Candidate[] {
  const [head = '', variant] = current.split('/')
  const spell = speller(current)
  if (variant !== undefined) {
    const object = model.objects().find(({ name }) => fold(name) === fold(head))
    return object === undefined ? [] : variantCandidates(model, object.name, `${head}/`, spell)
  }
  return model.objects().filter(object => verb === null || model.offers(object, verb)).map(({ name, description }) => ({
    value: spell(name) + (verb === 'Create' && hasVariants(model, name) ? '/' : ''), about: description,
  }))
}

/** Whatever `rota describe` takes. */
export function shapeCandidates(model: Model, current: string): Candidate[] {
  const objects = objectCandidates(model, current, null)
  if (current.includes('/')) return objects
  const spell = speller(current)
  const names = [...new Set([...model.shapes(), ...model.enums()].map(name => name.split('/')[0] ?? name))]
  const others = names.filter(name => model.object(name) === null)
  return [...objects, ...others.map(name => ({ value: spell(name), about: '' }))]
}

export function fieldCandidates(variants: readonly Variant[]): Candidate[] {
  return [...propertiesOf(variants)].map(([name, { description }]) => ({ value: name, about: description }))
}

/** `name=value`, where the name may lead into an embedded object. */
export function assignmentCandidates(
  model: Model, variants: readonly Variant[], current: string, onCreation: boolean,
): Candidate[] {
  const equals = current.indexOf('=')
  const path = (equals < 0 ? current : current.slice(0, equals)).split('/')
  const last = path.pop() ?? ''
  let inside = variants
  for (const segment of path) {
    const type = fieldOf(inside, segment)?.type
    if (type?.type !== 'object') return []
    inside = model.variants(bare(type.objectName))
  }
  const before = path.map(segment => `${segment}/`).join('')
  if (equals >= 0) {
    const type = fieldOf(inside, last)?.type
    const after = current.slice(equals + 1)
    return type === undefined ? [] : valueCandidates(model, type, after).map(prefixed(current.slice(0, equals + 1)))
  }
  return [...propertiesOf(inside)]
    .filter(([, { update }]) => update === 'mutable' || (onCreation && update === 'immutable'))
    .flatMap(([name, { description, type }]) => [
      { value: `${name}=`, about: description },
      ...(type.type === 'object' ? [{ value: `${name}/`, about: description }] : []),
    ])
    .map(prefixed(before))
}

/** `field=value`, with the fields that the object's list can be narrowed by. */
export function conditionCandidates(model: Model, object: ObjectEntry, current: string): Candidate[] {
  const filters = model.list(object.name)?.filters ?? []
  const [, name, operator = '', value = ''] = OPERATORS.exec(current) ?? []
  if (name === undefined) {
    return filters.map(({ field, label }) => ({ value: `${field === '@type' ? 'type' : field}=`, about: label }))
  }
  const isType = fold(name) === 'type' || name === '@type'
  if (isType) return variantCandidates(model, object.name, name + operator, speller(value))
  const filter = filters.find(({ field }) => fold(field) === fold(name))
  const type: FieldType | undefined = filter?.type === 'enum'
    ? { type: 'enum', enumName: filter.enumName }
    : fieldOf(model.variants(object.name), name)?.type
  return type === undefined ? [] : valueCandidates(model, type, value).map(prefixed(name + operator))
}

/** The last of several words between commas. */
export function listed(current: string, candidates: (last: string) => readonly Candidate[]): Candidate[] {
  const start = current.lastIndexOf(',') + 1
  const given = new Set(current.slice(0, start).split(','))
  return candidates(current.slice(start)).filter(({ value }) => !given.has(value)).map(prefixed(current.slice(0, start)))
}

function valueCandidates(model: Model, type: FieldType, current: string): Candidate[] {
  switch (type.type) {
    case 'boolean': return ['true', 'false'].map(value => ({ value, about: '' }))
    case 'enum': return enumCandidates(model, type.enumName)
    case 'object': return variantCandidates(model, bare(type.objectName), '', name => name)
    case 'set': {
      const member = type.class
      return member.type === 'enum' ? listed(current, () => enumCandidates(model, member.enumName)) : []
    }
    default: return []
  }
}

function enumCandidates(model: Model, name: string): Candidate[] {
  return model.enum(name).map(member => ({ value: member.name, about: member.explanation ?? member.label }))
}

function variantCandidates(model: Model, shape: string, before: string, spell: (name: string) => string): Candidate[] {
  return model.variants(shape).flatMap(({ name, label }) => name === null ? [] : [{ value: before + spell(name), about: label }])
}

function fieldOf(variants: readonly Variant[], name: string) {
  return [...propertiesOf(variants)].find(([known]) => fold(known) === fold(name))?.[1]
}

function hasVariants(model: Model, shape: string): boolean {
  return model.variants(shape).some(({ name }) => name !== null)
}

function prefixed(before: string): (candidate: Candidate) => Candidate {
  return ({ value, about }) => ({ value: before + value, about })
}

/** As the schema writes names when the user does so too, else in lower case with dashes. */
function speller(current: string): (name: string) => string {
  const last = current.slice(current.lastIndexOf('/') + 1)
  if (/[A-Z]/.test(last)) return name => name
  return name => name.replace(/(?<=[a-z0-9])[A-Z]/g, letter => `-${letter}`).toLowerCase()
}
