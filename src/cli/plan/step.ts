/**
 * The lines of a plan (NDJSON), checked against the schema before anything is sent:
 *
 *     {"@type":"create","object":"Domain","value":{"d1":{"name":"example.org"}}}
 *     {"@type":"upsert","object":"ClusterRole","matchOn":["name"],"value":{"r1":{"name":"edge","listenerIds":{"#l1":true}}}}
 *     {"@type":"reconcile","object":"Domain","matchOn":["name"],"value":{"d1":{…},"d2":{…}}}
 *     {"@type":"update","object":"TaskManager","value":{"maxAttempts":5}}
 *     {"@type":"update","object":"Domain","id":"#d1","value":{"isEnabled":false}}
 *     {"@type":"destroy","object":"ClusterRole","value":{"name":"old"}}
 *
 * `value` of create, upsert and reconcile names each object; `#name` stands for its id where another refers to it.
 * `value` of destroy is a filter; without one all objects of the kind are meant. Values may be written as people do
 * (`"6h"`, `["a","b"]`); they come out as servers send them.
 */
import type { Json, JsonObject } from '../../base/json.ts'
import { isJsonObject } from '../../base/json.ts'
import type { Model, ObjectEntry } from '../../jmap-client/model.ts'
import { usage } from '../failure.ts'
import { findObject } from '../input/names.ts'
import { propertiesOf } from '../input/path.ts'
import { didYouMean } from '../input/suggest.ts'
import type { Assignment, Complain } from './canonical.ts'
import { canonicalBody, canonicalPatch, rewording } from './canonical.ts'
import { matchKeys } from './identity.ts'
import { dependencyOrder } from './order.ts'
import { referencesIn } from './reference.ts'

interface Place { readonly line: number; readonly object: ObjectEntry }
/** One object of a line: `ref` is its name within the plan. */
export interface Entry { readonly ref: string; readonly body: JsonObject }
type Work =
  | { readonly kind: 'create'; readonly entries: readonly Entry[] }
  | { readonly kind: 'upsert' | 'reconcile'; readonly matchOn: readonly string[]; readonly entries: readonly Entry[] }
  /** `id` may be a reference. */
  | { readonly kind: 'update'; readonly id: string; readonly patch: readonly Assignment[] }
  | { readonly kind: 'destroy'; readonly filter: JsonObject }
export type Step = Place & Work

const KEYS: Readonly<Record<Step['kind'], readonly string[]>> = {
  create: ['@type', 'object', 'value'],
  update: ['@type', 'object', 'id', 'value'],
  destroy: ['@type', 'object', 'value'],
  upsert: ['@type', 'object', 'matchOn', 'value'],
  reconcile: ['@type', 'object', 'matchOn', 'value'],
}
const KINDS = Object.keys(KEYS) as readonly Step['kind'][]
const LINES_MAX = 1_000_000
const SINGLETON_ID = 'singleton'

/** Throws a usage error that names line, object and field. Blank lines are passed over. */
export function parsePlan(model: Model, text: string): Step[] {
  const lines = text.split('\n')
  if (lines.length > LINES_MAX) throw usage(`the plan has more than ${LINES_MAX} lines`, 'split it')
  return lines.flatMap((line, index) => line.trim() === '' ? [] : [parseLine(model, line, index + 1)])
}

function parseLine(model: Model, text: string, line: number): Step {
  const complain: Complain = (what, hint = null) => usage(`line ${line}: ${what}`, hint)
  const from = jsonOf(text)
  if (!isJsonObject(from)) throw complain('it is not one JSON object', 'a plan is one JSON object a line')
  const kind = KINDS.find(name => name === from['@type'])
  if (kind === undefined) {
    throw complain(`@type ${JSON.stringify(from['@type'] ?? null)} is not known`, `one of ${KINDS.join(', ')}`)
  }
  const stray = Object.keys(from).find(key => !KEYS[kind].includes(key))
  if (stray !== undefined) {
    throw complain(`${kind} has no ${stray}`, didYouMean(stray, KEYS[kind]) ?? `it has ${KEYS[kind].join(', ')}`)
  }
  const { object: name, value = {} } = from
  if (typeof name !== 'string') throw complain('object must be a name', 'as in "object":"Domain"')
  const object = rewording(() => findObject(model, name), complain)
  if (!isJsonObject(value)) throw complain('value must be an object')
  return { line, object, ...workOf(model, object, kind, from, value, complain) }
}

function workOf(
  model: Model, object: ObjectEntry, kind: Step['kind'], from: JsonObject, value: JsonObject, complain: Complain,
): Work {
  if (kind === 'update') return updateOf(model, object, from['id'], value, complain)
  if (object.kind === 'singleton') throw complain(`${object.name} always exists`, 'use update')
  if (kind === 'destroy') return { kind, filter: value }
  const entries = Object.entries(value).map(([ref, body]): Entry => {
    const about: Complain = (what, hint) => complain(`${object.name} ${ref}: ${what}`, hint)
    if (!isJsonObject(body)) throw about('it must be an object')
    return { ref, body: canonicalBody(model, object, body, about) }
  })
  const byRef = new Map(entries.map(entry => [entry.ref, entry]))
  const ordered = dependencyOrder(entries, ({ body }) =>
    referencesIn(model, object.name, body).flatMap(({ ref }) => byRef.get(ref) ?? []))
  if (kind === 'create') return { kind, entries: ordered }
  return { kind, matchOn: matchOf(model, object, from['matchOn'], complain), entries: ordered }
}

function updateOf(
  model: Model, object: ObjectEntry, id: Json | undefined, value: JsonObject, complain: Complain,
): Work {
  const about: Complain = (what, hint) => complain(`${object.name}: ${what}`, hint)
  const patch = canonicalPatch(model, object, value, about)
  if (object.kind === 'singleton') {
    if (id !== undefined && id !== SINGLETON_ID) throw about('there is only one', 'leave id out')
    return { kind: 'update', id: SINGLETON_ID, patch }
  }
  if (typeof id === 'string' && id !== '') return { kind: 'update', id, patch }
  throw about('which one?', 'give "id" beside "object": an id, or # and a name of this plan')
}

function matchOf(model: Model, object: ObjectEntry, given: Json | undefined, complain: Complain): readonly string[] {
  const known = matchKeys(model, object)
  if (given === undefined) {
    if (known === null) throw complain(`${object.name}: nothing tells them apart`, 'give matchOn, or use create')
    return known
  }
  const names = Array.isArray(given) ? (given as readonly Json[]).map(String) : []
  if (names.length === 0) {
    throw complain('matchOn must be a list of fields', known === null ? null : `as in ${JSON.stringify(known)}`)
  }
  const fields = propertiesOf(model.variants(object.name))
  const unknown = names.find(name => !fields.has(name))
  if (unknown === undefined) return names
  throw complain(`matchOn: ${object.name} has no field ${unknown}`, didYouMean(unknown, fields.keys()))
}

function jsonOf(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json
  } catch {
    return undefined
  }
}
