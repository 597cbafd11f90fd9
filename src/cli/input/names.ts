/**
 * Names of objects and variants as people write them: any case, `task-manager` as `TaskManager`, singular or
 * plural, or the name that the object's list has (`roles`, `listener`).
 */
import type { Model, ObjectEntry, Variant } from '../../jmap-client/model.ts'
import { bare } from '../../jmap-client/model.ts'
import { usage } from '../failure.ts'
import { didYouMean, fold } from './suggest.ts'

export interface Target { readonly object: ObjectEntry; readonly variant: Variant | null }

/** `Task/IndexDocument`: an object, and a variant of it when there is a slash. */
export function findTarget(model: Model, text: string): Target {
  const slash = text.indexOf('/')
  if (slash < 0) return { object: findObject(model, text), variant: null }
  const object = findObject(model, text.slice(0, slash))
  return { object, variant: findVariant(model, object.name, text.slice(slash + 1)) }
}

/** An object without a variant. */
export function findPlain(model: Model, text: string): ObjectEntry {
  const { object, variant } = findTarget(model, text)
  if (variant !== null) throw usage(`${text}: only create and describe take a variant`, `use ${object.name}`)
  return object
}

export function findObject(model: Model, text: string): ObjectEntry {
  const found = matchObject(model, text)
  if (found !== null) return found
  const names = model.objects().map(object => object.name)
  throw usage(`there is no object ${text}`, didYouMean(text, names) ?? 'see `rota describe`')
}

export function findVariant(model: Model, shape: string, text: string): Variant {
  const found = matchVariant(model, shape, text)
  if (found !== null) return found
  const names = model.variants(shape).flatMap(variant => variant.name ?? [])
  if (names.length === 0) throw usage(`${shape} has no variants`, `use ${shape} without /${text}`)
  throw usage(`${shape} has no variant ${text}`, didYouMean(text, names) ?? `one of ${names.join(', ')}`)
}

export function matchObject(model: Model, text: string): ObjectEntry | null {
  const objects = model.objects()
  const wanted = fold(bare(text.replace(/^X:/, 'x:')))
  const byName = (name: string) => objects.find(object => fold(object.name) === name)
  return byName(wanted) ?? byName(singular(wanted)) ?? byListName(model, objects, wanted) ?? null
}

export function matchVariant(model: Model, shape: string, text: string): Variant | null {
  return model.variants(shape).find(variant => variant.name !== null && fold(variant.name) === fold(text)) ?? null
}

function byListName(model: Model, objects: readonly ObjectEntry[], wanted: string): ObjectEntry | undefined {
  return objects.find(object => {
    const list = model.list(object.name)
    return list !== null && (fold(list.singularName) === wanted || fold(list.pluralName) === wanted)
  })
}

function singular(name: string): string {
  return name.endsWith('ies') ? `${name.slice(0, -3)}y` : name.replace(/s$/, '')
}
