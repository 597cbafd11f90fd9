/**
 * New rules from the address that SpamSettings name: a JSON object that says for kinds of objects (RULE_OBJECTS) which there
 * are to be, each as the API takes it.
 *
 *   { "SpamTag": [{ "@type": "Score", "tag": "BAD_ATTACHMENT", "score": 6 }], "SpamFileExtension": [{ "extension": "scr", "isBad": true }] }
 *
 * Only what is not there is added: an object with the same tag, extension or key stays as people have made it. What this
 * version has no use for is counted and passed over, so that one list serves several versions. A repeat adds nothing twice.
 * The audit log tells of each object that was added: the server made it.
 */
import type { Clock } from '../../base/clock.ts'
import type { IdSource } from '../../base/ids.ts'
import type { Json, JsonObject } from '../../base/json.ts'
import { isJsonObject } from '../../base/json.ts'
import { RotaError } from '../../errors.ts'
import { KEYS } from '../../registry/key-families.ts'
import { LOOKUP_KEYS_MAX, memoryLookupKey } from '../../registry/objects/memory-lookup-key.ts'
import { spamSettingsNow } from '../../registry/objects/spam-settings.ts'
import { auditEntry } from '../../registry/ops/audit.ts'
import { fieldEntries } from '../../registry/ops/table-backend.ts'
import type { RegistryTx } from '../../registry/ports.ts'
import { normalizeObject } from '../../registry/values/normalize.ts'
import { Problems } from '../../registry/values/problems.ts'
import { rulesSource } from './rules-source.ts'
import type { FetchRules } from './rules-source.ts'
import { RULE_OBJECTS } from './rules.ts'

/** In one transaction. */
const RULES_AT_ONCE_MAX = 200
/** Of one list, those included that this version has no use for. */
export const RULES_MAX = 50_000
const FETCHED_KEY = KEYS.spamRules.prefix

type RuleObject = (typeof RULE_OBJECTS)[number]
interface Rule { readonly definition: RuleObject; readonly body: JsonObject }

interface Store<Tx> {
  read<T>(work: (tx: Tx) => Promise<T>): Promise<T>
  transact<T>(work: (tx: Tx) => Promise<T>): Promise<T>
}
export interface RulesUpdateDependencies<Tx extends RegistryTx> {
  readonly store: Store<Tx>
  readonly ids: IdSource
  readonly clock: Pick<Clock, 'after' | 'now'>
  readonly fetch?: FetchRules
}

export class RulesUpdate<Tx extends RegistryTx = RegistryTx> {
  readonly #store: Store<Tx>
  readonly #ids: IdSource
  readonly #clock: Pick<Clock, 'now'>
  readonly #fetch: FetchRules

  constructor({ store, ids, clock, fetch = rulesSource({ clock }) }: RulesUpdateDependencies<Tx>) {
    this.#store = store
    this.#ids = ids
    this.#clock = clock
    this.#fetch = fetch
  }

  /** Says what it did. Throws spam/no-rules-url, spam/bad-rules, spam/fetch-failed. */
  async run(signal: AbortSignal): Promise<string> {
    const { url, former } = await this.#store.read(async tx => ({
      url: (await spamSettingsNow(tx)).spamFilterRulesUrl, former: await tx.keys.get(FETCHED_KEY),
    }))
    if (url === null) throw new RotaError('spam/no-rules-url', 'SpamSettings have no spamFilterRulesUrl')
    const etag = former?.['url'] === url && typeof former['etag'] === 'string' ? former['etag'] : null
    const fetched = await this.#fetch(url, etag, signal)
    if (fetched.kind === 'unchanged') return 'nothing has changed there since the last time'
    const { rules, unused } = rulesIn(fetched.content)
    let added = 0
    for (let start = 0; start < rules.length; start += RULES_AT_ONCE_MAX) {
      signal.throwIfAborted()
      const some = rules.slice(start, start + RULES_AT_ONCE_MAX)
      added += await this.#store.transact(tx => this.#add(tx, some))
    }
    // Last: what was not added to its end is fetched again.
    await this.#store.transact(tx => tx.keys.put(FETCHED_KEY, { url, etag: fetched.etag }, null))
    return `added ${added}, were there ${rules.length - added}, of no use to this version ${unused}`
  }

  async #add(tx: Tx, rules: readonly Rule[]): Promise<number> {
    const context = { principal: null, remote: null, now: this.#clock.now() }
    let added = 0
    for (const { definition, body } of rules) {
      if (definition.name === memoryLookupKey.name && await tx.objects.count(definition.name, []) >= LOOKUP_KEYS_MAX) continue
      const id = this.#ids.next()
      const reply = await tx.objects.insert(definition.name, id, body, fieldEntries(definition, body), [])
      if (reply.kind !== 'written') continue
      const entry = auditEntry<Tx>(definition, { id, before: null, after: body }, context, this.#ids.next())
      if (entry !== null) await tx.audit.append(entry)
      added++
    }
    return added
  }
}

/** Throws spam/bad-rules. */
function rulesIn(content: Buffer): { readonly rules: readonly Rule[]; readonly unused: number } {
  const all = parsed(content)
  const [rules, seen]: [Rule[], Set<string>] = [[], new Set()]
  let [unused, count] = [0, 0]
  for (const [name, list] of Object.entries(all)) {
    const entries = Array.isArray(list) ? list : isJsonObject(list) ? Object.values(list) : null
    if (entries === null) throw new RotaError('spam/bad-rules', `${name.slice(0, 100)} of the rules is no list`)
    count += entries.length
    if (count > RULES_MAX) throw new RotaError('spam/bad-rules', `there are more than ${RULES_MAX} rules`)
    const definition = RULE_OBJECTS.find(each => each.name === name.replace(/^x:/, ''))
    for (const entry of entries) {
      const body = definition && judged(definition, entry)
      const key = JSON.stringify([name, body ?? null])
      if (!definition || !body) unused++
      else if (!seen.has(key)) rules.push({ definition, body })
      seen.add(key)
    }
  }
  return { rules, unused }
}

function parsed(content: Buffer): JsonObject {
  let value: Json
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(content)) as Json
  } catch {
    throw new RotaError('spam/bad-rules', 'what the address gives is no JSON')
  }
  if (!isJsonObject(value)) throw new RotaError('spam/bad-rules', 'what the address gives is no JSON object')
  return value
}

/** As the API would store it; null: it would refuse it. */
function judged(definition: RuleObject, entry: Json): JsonObject | null {
  if (!isJsonObject(entry)) return null
  const problems = new Problems()
  const body = normalizeObject(definition.shape, entry, null, { problems, resolve: () => undefined })
  if (!problems.found) definition.hooks.check?.(body, null, problems)
  return problems.found ? null : body
}
