/**
 * The filter of `Email/query` (RFC 8621 §4.4.1) as a tree of two kinds of conditions: those that a message's document
 * answers, and those that the search index answers. What cannot be answered correctly is refused, never guessed.
 */
import type { Id } from '../../base/ids.ts'
import { isJsonObject } from '../../base/json.ts'
import type { Json, JsonObject } from '../../base/json.ts'
import { MethodError } from '../../registry/method.ts'
import type { EmailRecord } from '../../services/mailstore/mailstore.ts'
import type { SearchExpression, SearchField } from '../../services/ports.ts'
import { expressionOf } from '../../services/search/search.ts'
import type { Stem } from '../../services/search/search.ts'

export type Condition =
  /** `mailboxId`: nothing outside of this mailbox passes the test. */
  | { readonly kind: 'record'; readonly test: (record: EmailRecord) => boolean; readonly mailboxId?: Id }
  | { readonly kind: 'text'; readonly expression: SearchExpression }
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Condition[] }
  | { readonly kind: 'not'; readonly part: Condition }

export const CONDITIONS_MAX = 100
export const DEPTH_MAX = 10

const EVERYTHING: Condition = { kind: 'and', parts: [] }
const TEXT_FIELDS: Readonly<Record<string, SearchField | undefined>> = {
  text: undefined, subject: 'subject', from: 'from', to: 'to', cc: 'cc', body: 'body',
}
const DATE = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/

/** `stems`: of the languages of the account. */
export function readFilter(filter: JsonObject | undefined, stems: readonly Stem[]): Condition {
  let conditions = 0
  const read = (value: Json, depth: number): Condition => {
    if (!isJsonObject(value)) throw unsupported('A filter is an object.')
    if (depth > DEPTH_MAX) throw unsupported(`Filters may be nested ${DEPTH_MAX} deep.`)
    if (Object.hasOwn(value, 'operator')) return operator(value, value['conditions'] ?? [], inner => read(inner, depth + 1))
    const parts = Object.entries(value).map(([name, operand]) => condition(name, operand, stems))
    conditions += parts.length
    if (conditions > CONDITIONS_MAX) throw unsupported(`A filter may have ${CONDITIONS_MAX} conditions.`)
    return allOf(parts)
  }
  return filter === undefined ? EVERYTHING : read(filter, 1)
}

/**
 * Trees of text alone become one search. What is negated stays apart: a message that waits to be indexed has no words yet,
 * and is among those that lack one.
 */
export function simplified(condition: Condition): Condition {
  switch (condition.kind) {
    case 'record':
    case 'text': return condition
    case 'not': return { kind: 'not', part: simplified(condition.part) }
    default: {
      const { kind } = condition
      const parts = condition.parts.map(simplified).flatMap(part => part.kind === kind ? part.parts : [part])
      const texts = parts.flatMap(part => part.kind === 'text' ? [part.expression] : [])
      const rest = parts.filter(part => part.kind !== 'text')
      const [first] = texts
      if (first === undefined) return { kind, parts }
      const text: Condition = { kind: 'text', expression: texts.length === 1 ? first : { kind, parts: texts } }
      return rest.length === 0 ? text : { kind, parts: [text, ...rest] }
    }
  }
}

function operator({ operator: name }: JsonObject, inner: Json, read: (value: Json) => Condition): Condition {
  if (!Array.isArray(inner)) throw unsupported('conditions must be a list of filters.')
  const parts = inner.map(read)
  switch (name) {
    case 'AND': return { kind: 'and', parts }
    case 'OR': return { kind: 'or', parts }
    case 'NOT': return { kind: 'not', part: { kind: 'or', parts } }
    default: throw unsupported('operator must be AND, OR or NOT.')
  }
}

function condition(name: string, operand: Json, stems: readonly Stem[]): Condition {
  if (Object.hasOwn(TEXT_FIELDS, name)) return textCondition(name, text(name, operand), stems)
  switch (name) {
    case 'inMailbox': {
      const mailboxId = text(name, operand)
      return { kind: 'record', mailboxId, test: record => Object.hasOwn(record.mailboxIds, mailboxId) }
    }
    case 'inMailboxOtherThan': {
      const others = texts(name, operand)
      return of(record => Object.keys(record.mailboxIds).some(id => !others.includes(id)))
    }
    case 'before': return of((atMs => record => record.receivedAt < atMs)(date(name, operand)))
    case 'after': return of((atMs => record => record.receivedAt >= atMs)(date(name, operand)))
    case 'minSize': return of((bytes => record => record.size >= bytes)(size(name, operand)))
    case 'maxSize': return of((bytes => record => record.size < bytes)(size(name, operand)))
    case 'hasKeyword': return keywordCondition(text(name, operand))
    case 'notKeyword': return { kind: 'not', part: keywordCondition(text(name, operand)) }
    case 'hasAttachment': return of((wanted => record => record.hasAttachment === wanted)(yesOrNo(name, operand)))
    default: throw unsupported(`There is no condition "${name}" here.`)
  }
}

function textCondition(name: string, value: string, stems: readonly Stem[]): Condition {
  // The empty text is in every message.
  if (value.trim() === '') return EVERYTHING
  const expression = expressionOf(value, stems, TEXT_FIELDS[name])
  if (expression === null) throw unsupported(`${name}: "${value}" has no word to search for.`)
  return { kind: 'text', expression }
}

function keywordCondition(name: string): Condition {
  const keyword = name.toLowerCase()
  return of(record => Object.hasOwn(record.keywords, keyword))
}

function of(test: (record: EmailRecord) => boolean): Condition {
  return { kind: 'record', test }
}

function allOf(parts: readonly Condition[]): Condition {
  const [only] = parts
  return only !== undefined && parts.length === 1 ? only : { kind: 'and', parts }
}

function text(name: string, value: Json): string {
  if (typeof value === 'string') return value
  throw unsupported(`${name} must be a text.`)
}

function texts(name: string, value: Json): readonly string[] {
  if (Array.isArray(value) && value.every(item => typeof item === 'string')) return value
  throw unsupported(`${name} must be a list of ids.`)
}

function date(name: string, value: Json): number {
  const atMs = typeof value === 'string' && DATE.test(value) ? Date.parse(value) : NaN
  if (!Number.isNaN(atMs)) return atMs
  throw unsupported(`${name} must be a time such as 2026-01-31T12:00:00Z.`)
}

function size(name: string, value: Json): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value
  throw unsupported(`${name} must be a number of bytes.`)
}

function yesOrNo(name: string, value: Json): boolean {
  if (typeof value === 'boolean') return value
  throw unsupported(`${name} must be true or false.`)
}

function unsupported(description: string): MethodError {
  return new MethodError('unsupportedFilter', description)
}
