/** What `describe` can be asked about: objects, variants, the shapes embedded in them, and enums. */
import type { Model, ObjectEntry, Variant } from '../../jmap-client/model.ts'
import { usage } from '../failure.ts'
import { findVariant, matchObject } from './names.ts'
import { didYouMean, fold } from './suggest.ts'

/** `object` is null for a shape that only occurs inside others. */
interface DescribedShape {
  readonly kind: 'shape'
  readonly name: string
  readonly object: ObjectEntry | null
  readonly variants: readonly Variant[]
}
export type Described = DescribedShape | { readonly kind: 'enum'; readonly name: string }

export function findDescribed(model: Model, text: string): Described {
  const [head = '', variant] = text.split('/')
  const found = shapeOf(model, head)
  if (found.kind === 'enum' || variant === undefined) return found
  return { ...found, variants: [findVariant(model, found.name, variant)] }
}

function shapeOf(model: Model, text: string): Described {
  const object = matchObject(model, text)
  if (object !== null) return { kind: 'shape', name: object.name, object, variants: model.variants(object.name) }
  const wanted = fold(text)
  const shape = model.shapes().find(name => fold(name) === wanted)
  if (shape !== undefined) return { kind: 'shape', name: shape, object: null, variants: model.variants(shape) }
  const name = model.enums().find(candidate => fold(candidate) === wanted)
  if (name !== undefined) return { kind: 'enum', name }
  const known = [...model.objects().map(entry => entry.name), ...model.shapes(), ...model.enums()]
  throw usage(`there is nothing called ${text}`, didYouMean(text, known) ?? 'see `rota describe`')
}
