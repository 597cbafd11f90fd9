/** The state of one form: what it shows, what is wrong with it, how it is saved. */
import { useMemo, useState } from 'react'
import type { Json, JsonObject } from '../../../src/base/json.ts'
import { useServer } from '../api/context.ts'
import type { Failure } from '../api/failure.ts'
import { failureOf, Refused } from '../api/failure.ts'
import type { Row } from '../api/hooks.ts'
import { useSave } from '../api/hooks.ts'
import type { Model } from '../../../src/jmap-client/model.ts'
import { draftKey, draftOf, fromDraft, readDraft, writeDraft } from './draft.ts'
import { bodyOf, patchOf, same } from './patch.ts'
import type { Path } from './path.ts'
import { pointer, withValue } from './path.ts'
import type { Problem, Problems } from './problems.ts'
import { check, refusalOf } from './problems.ts'
import { freshValue, VARIANT } from './shape.ts'

export interface FormOptions {
  readonly object: string
  /** null: a new one. */
  readonly id: string | null
  /** Of a new one whose form is for that alone. */
  readonly variant?: string | null
  /** Put over the defaults of a new one. */
  readonly initial?: JsonObject
  /** Fields that may stay empty though their schema has nothing to stand for them: the server finds a value by itself. */
  readonly optional?: readonly string[]
  /** The object as it was loaded; a change of it is taken over while nothing has been typed. */
  readonly stored?: Row
}

export interface Form {
  readonly object: string
  readonly id: string | null
  readonly model: Model
  readonly value: JsonObject
  /** undefined takes the value away. The empty path is the whole value: several fields that change at once. */
  set(this: void, path: Path, value: Json | undefined): void
  /** Another variant of a new object; what both have stays. */
  setVariant(this: void, variant: string): void
  problemAt(this: void, path: Path): Problem | null
  /** What is marked, by the pointer of its place. */
  readonly problems: Problems
  readonly dirty: boolean
  /** What went wrong when it was saved, unless it stands at a field. */
  readonly failure: Failure | null
  /** What is sent when it is saved now: a patch, or the new object. */
  readonly changes: JsonObject
  /** Whether the schema takes what is entered; from then on what it does not take is marked. */
  check(this: void): boolean
  /** What is checked already. The saved object as far as the server told; null: not saved, the form says why. */
  save(this: void): Promise<Row | null>
  /** Back to what is stored; the draft goes. */
  reset(this: void): void
  /** Entries of before that are not in the form. */
  readonly draft: JsonObject | null
  takeDraft(this: void): void
  dropDraft(this: void): void
}

const NONE: Problems = new Map()
const NO_FIELDS: readonly string[] = []

export function useForm({ object, id, variant = null, initial, stored, optional = NO_FIELDS }: FormOptions): Form {
  const { model, username } = useServer()
  const save = useSave(object)
  const key = draftKey(username, object, id, variant)
  const [begun] = useState(() => ({ ...freshValue(model, object, variant), ...initial }))
  const [base, setBase] = useState<JsonObject>(stored ?? begun)
  const [value, setValue] = useState<JsonObject>(base)
  const [told, setTold] = useState<Problems>(NONE)
  const [checked, setChecked] = useState(false)
  const [draft, setDraft] = useState(() => readDraft(sessionStorage, key))
  const changes = useMemo(() => id === null ? bodyOf(model, object, value) : patchOf(model, object, base, value), [model, object, id, base, value])
  const dirty = id === null ? !same(value, base) : Object.keys(changes).length > 0
  const declared = useMemo(
    () => new Map([...check(model, object, value, id === null)].filter(([at, { kind }]) => kind !== 'needed' || !optional.some(field => pointer([field]) === at))),
    [model, object, value, id, optional],
  )

  if (stored !== undefined && stored !== base && !dirty && !same(stored, base)) {
    setBase(stored)
    setValue(stored)
  }

  const change = (next: JsonObject) => {
    setValue(next)
    setDraft(null)
    writeDraft(sessionStorage, key, draftOf(model, object, id === null, base, next))
  }
  const marked = (at: string): Problem | null => told.get(at) ?? (checked ? declared.get(at) ?? null : null)
  const reset = () => {
    setValue(base)
    setTold(NONE)
    setChecked(false)
    save.reset()
    setDraft(null)
    writeDraft(sessionStorage, key, null)
  }

  return {
    object, id, model, value, changes, dirty, draft, reset,
    set: (path, next) => {
      change(withValue(value, path, next))
      const at = pointer(path)
      if (told.size > 0) setTold(path.length === 0 ? NONE : new Map([...told].filter(([other]) => other !== at && !other.startsWith(`${at}/`) && !at.startsWith(`${other}/`))))
    },
    setVariant: next => {
      const fresh = freshValue(model, object, next)
      const names = model.variants(object).find(({ name }) => name === next)?.fields
      const kept = Object.entries(value).filter(([name]) => name !== VARIANT && names?.has(name) === true)
      setTold(NONE)
      setChecked(false)
      change({ ...fresh, ...Object.fromEntries(kept) })
    },
    problemAt: path => marked(pointer(path)),
    problems: new Map([...(checked ? declared : NONE), ...told]),
    failure: failureBesideFields(save.error, model, object, value),
    check: () => {
      setChecked(true)
      return declared.size === 0
    },
    save: async () => {
      try {
        const row = await save.mutateAsync(id === null ? { create: changes } : { id, patch: changes })
        writeDraft(sessionStorage, key, null)
        setBase(value)
        setTold(NONE)
        setChecked(false)
        return row
      } catch (error) {
        setTold(error instanceof Refused ? refusalOf(model, object, value, error.error).at : NONE)
        return null
      }
    },
    takeDraft: () => {
      if (draft !== null) setValue(fromDraft(id === null, value, draft))
      setDraft(null)
    },
    dropDraft: () => {
      setDraft(null)
      writeDraft(sessionStorage, key, null)
    },
  }
}

function failureBesideFields(error: Error | null, model: Model, object: string, value: JsonObject): Failure | null {
  if (error === null) return null
  if (error instanceof Refused && refusalOf(model, object, value, error.error).rest.length === 0) return null
  return failureOf(error)
}
