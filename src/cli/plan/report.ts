/**
 * What applying a plan did, or would do, as it happens: a difference that people can read, or one JSON object a change
 * and a last one with the sums.
 */
import { formatDuration } from '../../base/duration.ts'
import type { Json, JsonObject } from '../../base/json.ts'
import type { Model, ObjectEntry } from '../../jmap-client/model.ts'
import type { FieldType } from '../../jmap-client/schema.ts'
import type { SetError } from '../../jmap-client/set-error.ts'
import { EMPTY_CELL, printable } from '../output/cell.ts'
import type { Style } from '../terminal.ts'
import { refusalText } from '../refusal.ts'
import type { Invocation } from '../remote.ts'
import type { Difference } from './diff.ts'
import { titleOf } from './identity.ts'
import { rebuildObject, rebuildValue } from './rebuild.ts'
import type { Visit } from './rebuild.ts'
import { isSecret, MASK } from './secret.ts'

export type Action = 'create' | 'update' | 'destroy'
/** The object that a line is about: by its name in the plan, its id, or both. */
export interface Subject {
  /** Null for what no line names. */
  readonly line: number | null
  readonly object: ObjectEntry
  readonly ref: string | null
  readonly id: string | null
  readonly body: JsonObject
}
export interface Tally { create: number; update: number; destroy: number; unchanged: number; readonly refused: SetError[] }

const MARKS: Readonly<Record<Action, readonly [string, Style]>> = {
  create: ['+', 'green'], update: ['~', 'yellow'], destroy: ['-', 'red'],
}
const DONE: readonly (readonly [Action, string, string])[] = [
  ['create', 'created', 'to create'], ['update', 'updated', 'to update'], ['destroy', 'destroyed', 'to destroy'],
]

export class Report {
  readonly tally: Tally = { create: 0, update: 0, destroy: 0, unchanged: 0, refused: [] }
  readonly #to: Invocation
  readonly #model: Model
  readonly #dryRun: boolean

  constructor(to: Invocation, model: Model, dryRun: boolean) {
    this.#to = to
    this.#model = model
    this.#dryRun = dryRun
  }

  /** `shown`: what the server tells only once, such as a new secret. */
  async changed(action: Action, subject: Subject, changes: readonly Difference[], shown: JsonObject = {}): Promise<void> {
    this.tally[action] += 1
    if (this.#to.json) {
      await this.#to.terminal.print(JSON.stringify({
        action, ...named(subject), ...(action === 'create' ? { value: this.#masked(subject) } : {}),
        ...(changes.length > 0 ? { changes: this.#changesJson(changes) } : {}),
        ...(Object.keys(shown).length > 0 ? { shown } : {}), ...(this.#dryRun ? { dryRun: true } : {}),
      }))
      return
    }
    const [mark, style] = MARKS[action]
    const lines = [
      this.#to.terminal.style(style, `${mark} ${this.#title(subject)}`),
      ...(action === 'create' && this.#dryRun ? this.#bodyLines(subject) : []),
      ...changes.map(change => `    ${change.pointer}: ${this.#text(change, change.before)} → ${this.#text(change, change.after)}`),
      ...Object.entries(shown).map(([key, value]) => `    ${key}: ${printable(text(value))}`),
    ]
    await this.#to.terminal.print(lines.join('\n'))
  }

  async refused(action: Action, subject: Subject, error: SetError): Promise<void> {
    this.tally.refused.push(error)
    const message = refusalText(this.#model, subject.object, error)
    if (this.#to.json) {
      await this.#to.terminal.print(JSON.stringify({ action, ...named(subject), error: { type: error.type, message } }))
    } else this.#to.terminal.note(`${this.where(subject)}: ${printable(message)}`)
  }

  /** Says what differs and cannot be changed, because it was set on creation. */
  fixed(subject: Subject, pointers: readonly string[]): void {
    if (pointers.length === 0) return
    this.#to.terminal.note(`${this.where(subject)}: ${pointers.join(', ')} differs and cannot be changed`)
  }

  where(subject: Subject): string {
    return `${subject.line === null ? '' : `line ${subject.line}: `}${this.#title(subject)}`
  }

  async summary(): Promise<void> {
    const { create, update, destroy, unchanged, refused } = this.tally
    if (this.#to.json) {
      const summary = { created: create, updated: update, destroyed: destroy, unchanged, refused: refused.length }
      await this.#to.terminal.print(JSON.stringify({ summary, ...(this.#dryRun ? { dryRun: true } : {}) }))
      return
    }
    const done = DONE.filter(([action]) => this.tally[action] > 0)
    const parts = [
      ...(done.length === 0 ? ['0 changes'] : done.map(([action, past, future]) =>
        `${this.tally[action]} ${this.#dryRun ? future : past}`)),
      ...(refused.length > 0 ? [`${refused.length} refused`] : []),
      `${unchanged} unchanged`,
    ]
    await this.#to.terminal.print(`${parts.join(', ')}${this.#dryRun ? '; nothing was changed' : ''}`)
  }

  #title({ object, ref, id, body }: Subject): string {
    if (object.kind === 'singleton') return object.name
    const title = titleOf(this.#model, object, body, ref ?? id ?? '')
    return printable(`${object.name} ${title}${id === null || id === title ? '' : ` (${id})`}`)
  }

  #bodyLines(subject: Subject): string[] {
    return Object.entries(this.#masked(subject)).filter(([, value]) => text(value) !== EMPTY_CELL && text(value) !== '{}')
      .map(([key, value]) => `    ${key}: ${printable(text(value))}`)
  }

  #masked({ object, body }: Subject): JsonObject {
    return rebuildObject(this.#model, object.name, body, MASKING)
  }

  #maskedValue({ type, pointer }: Difference, value: Json): Json {
    return rebuildValue(this.#model, type, value, MASKING, pointer)
  }

  #changesJson(changes: readonly Difference[]): JsonObject {
    return Object.fromEntries(changes.map(change => [change.pointer, {
      before: this.#maskedValue(change, change.before), after: this.#maskedValue(change, change.after),
    }]))
  }

  #text(change: Difference, value: Json): string {
    const { type } = change
    if (isDuration(type) && typeof value === 'number') return formatDuration(value)
    return printable(text(this.#maskedValue(change, value)))
  }
}

const MASKING: Visit = { scalar: (type, value) => isSecret(type) ? MASK : value }

function isDuration(type: FieldType): boolean {
  return type.type === 'number' && type.format === 'duration'
}

function named({ line, object, ref, id }: Subject): JsonObject {
  return {
    object: object.name, ...(id === null ? {} : { id }), ...(ref === null ? {} : { ref }), ...(line === null ? {} : { line }),
  }
}

function text(value: Json): string {
  if (value === null || value === '') return EMPTY_CELL
  return typeof value === 'string' ? value : JSON.stringify(value)
}
