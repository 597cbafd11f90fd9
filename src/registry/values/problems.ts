/**
 * Everything that is wrong with one value, collected before anything is refused, so that a form can mark all its fields
 * at once. A wrong form of the request (unknown or read-only property, wrong JSON type) is an `invalidPatch`; a
 * value of the right form that breaks a rule is a `validationFailed`.
 */
import type { Fields } from '../../base/fields.ts'
import type { Json } from '../../base/json.ts'
import type { SetError, ValidationError } from '../set-error.ts'
import { SetFailure } from '../set-error.ts'

/** From the object down to a value: declared properties as text, keys of sets, maps and lists as `{ key }`. */
export type Path = readonly Step[]
type Step = string | { readonly key: string }

interface Problem {
  readonly text: string
  readonly path: string
  readonly kind: 'patch' | 'reference' | 'rule'
  readonly rule?: ValidationError
}

/** More is no help to anybody, and the reply stays small whatever was sent. */
const PROBLEMS_MAX = 20
const SHOWN_CHARS_MAX = 60
const POINTER_CHARS_MAX = 240

export class Problems {
  readonly #list: Problem[] = []

  get found(): boolean { return this.#list.length > 0 }

  /** Whatever is found from here on is not told. */
  get full(): boolean { return this.#list.length >= PROBLEMS_MAX }

  /** The request itself is wrong at this path. */
  patch(path: Path, text: string): void {
    this.#add({ kind: 'patch', path: pointer(path), text: `${pointer(path)} ${text}` })
  }

  /** A key of a patch that is wrong as such, under the text that was sent. */
  patchKey(key: string, text: string): void {
    const shown = shorten(key, POINTER_CHARS_MAX)
    this.#add({ kind: 'patch', path: shown, text: `${shown} ${text}` })
  }

  unknown(path: Path, fields: Fields): void {
    this.patch(path, `is not a property here; the properties are ${Object.keys(fields).join(', ') || 'none'}.`)
  }

  /** A creation id that stands for nothing. */
  reference(path: Path, text: string): void {
    this.#add({ kind: 'reference', path: pointer(path), text: `${pointer(path)} ${text}` })
  }

  required(path: Path): void {
    this.#rule(path, { type: 'Required', property: property(path) }, 'is required.')
  }

  invalid(path: Path, value: Json, text: string): void {
    this.#rule(path, { type: 'Invalid', property: property(path), value: shown(value) }, text)
  }

  /** A secret that is wrong is never shown again. */
  invalidSecret(path: Path, text: string): void {
    this.#rule(path, { type: 'Invalid', property: property(path), value: '****' }, text)
  }

  limit(path: Path, type: 'MinLength' | 'MaxLength' | 'MinValue' | 'MaxValue', required: number, text: string): void {
    this.#rule(path, { type, property: property(path), required }, text)
  }

  /** Throws what was found; returns when nothing was. */
  refuse(): void {
    const kind = (['patch', 'reference', 'rule'] as const).find(each =>
      this.#list.some(problem => problem.kind === each),
    )
    if (kind === undefined) return
    const problems = this.#list.filter(problem => problem.kind === kind)
    const description = problems.map(problem => problem.text).join(' ')
    const properties = [...new Set(problems.map(problem => problem.path))]
    const error: SetError =
      kind === 'rule'
        ? {
            type: 'validationFailed',
            description,
            properties,
            validationErrors: problems.flatMap(({ rule }) => rule ?? []),
          }
        : { type: kind === 'patch' ? 'invalidPatch' : 'notFound', description, properties }
    throw new SetFailure(error)
  }

  #rule(path: Path, rule: ValidationError, text: string): void {
    this.#add({ kind: 'rule', path: pointer(path), text: `${pointer(path)} ${text}`, rule })
  }

  #add(problem: Problem): void {
    if (!this.full) this.#list.push(problem)
  }
}

/** The path as a client writes it in a patch (RFC 6901, without the leading slash). */
export function pointer(path: Path): string {
  const parts = path.map(step => typeof step === 'string' ? step : step.key)
  return shorten(parts.map(part => part.replaceAll('~', '~0').replaceAll('/', '~1')).join('/'), POINTER_CHARS_MAX)
}

function property(path: Path): string {
  return shorten(path.findLast(step => typeof step === 'string') ?? '', SHOWN_CHARS_MAX)
}

function shown(value: Json): string {
  if (typeof value === 'string') return shorten(value, SHOWN_CHARS_MAX)
  return value !== null && typeof value === 'object' ? (Array.isArray(value) ? 'a list' : 'an object') : String(value)
}

function shorten(text: string, charsMax: number): string {
  const clean = text.toWellFormed()
  return clean.length <= charsMax ? clean : `${clean.slice(0, charsMax).toWellFormed()}…`
}
