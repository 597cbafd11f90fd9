/** The rules of the filter: what people, or a list that was fetched, say about attachments, domains and scores. */
import type { Id } from '../../base/ids.ts'
import type { Json, JsonObject } from '../../base/json.ts'
import { isJsonObject } from '../../base/json.ts'
import { BLOCKED_DOMAINS, LOOKUP_KEYS_MAX, memoryLookupKey } from '../../registry/objects/memory-lookup-key.ts'
import { spamFileExtension } from '../../registry/objects/spam-file-extension.ts'
import { isTag, spamTag } from '../../registry/objects/spam-tag.ts'
import type { SpamTagName } from '../../registry/objects/spam-tag.ts'
import type { RegistryTx } from '../../registry/ports.ts'
import type { Message } from '../message/message.ts'
import { domainOf, extensionOf, linkedHosts } from './features.ts'

export interface Rules {
  /** Where they differ from those that the tags have. */
  readonly scores: ReadonlyMap<SpamTagName, number>
  readonly extensions: ReadonlyMap<string, { readonly isBad: boolean; readonly types: ReadonlySet<string> }>
  readonly blockedDomains: ReadonlySet<string>
}

/** The kinds of objects that rules are made of. */
export const RULE_OBJECTS = [spamTag, spamFileExtension, memoryLookupKey] as const

const ROWS_AT_ONCE_MAX = 1_000
/** Of each kind; more are not read. */
const RULES_MAX = LOOKUP_KEYS_MAX
const [ATTACHMENTS_MAX, SENDERS_MAX, LABELS_MAX] = [50, 5, 20]
/** What a mail program says of any file. */
const ANY_TYPE = 'application/octet-stream'

export async function readRules(tx: RegistryTx): Promise<Rules> {
  const [scores, extensions, blockedDomains] = [new Map<SpamTagName, number>(), new Map<string, { isBad: boolean; types: ReadonlySet<string> }>(), new Set<string>()]
  for (const { tag, score } of await bodies(tx, spamTag.name)) {
    if (typeof tag === 'string' && isTag(tag) && typeof score === 'number') scores.set(tag, score)
  }
  for (const { extension, isBad, contentTypes } of await bodies(tx, spamFileExtension.name)) {
    extensions.set(String(extension), { isBad: isBad === true, types: new Set(Object.keys(members(contentTypes))) })
  }
  for (const { namespace, key } of await bodies(tx, memoryLookupKey.name)) {
    if (namespace === BLOCKED_DOMAINS) blockedDomains.add(String(key))
  }
  return { scores, extensions, blockedDomains }
}

/** Each once. */
export function tagsOf(message: Pick<Message, 'from' | 'replyTo' | 'text' | 'html' | 'attachments'>, rules: Rules): SpamTagName[] {
  const tags = new Set<SpamTagName>()
  for (const { name, type } of rules.extensions.size === 0 ? [] : message.attachments.slice(0, ATTACHMENTS_MAX)) {
    const rule = rules.extensions.get(extensionOf(name ?? ''))
    if (rule?.isBad) tags.add('BAD_ATTACHMENT')
    if (rule && rule.types.size > 0 && type !== ANY_TYPE && !rule.types.has(type)) tags.add('ATTACHMENT_TYPE_MISMATCH')
  }
  if (rules.blockedDomains.size > 0 && domainsOf(message).some(domain => isBlocked(domain, rules.blockedDomains))) tags.add('BLOCKED_DOMAIN')
  return [...tags]
}

function domainsOf({ from, replyTo, text, html }: Pick<Message, 'from' | 'replyTo' | 'text' | 'html'>): string[] {
  const senders = [...(from ?? []).slice(0, SENDERS_MAX), ...(replyTo ?? []).slice(0, SENDERS_MAX)]
  return [...senders.map(({ email }) => domainOf(email)), ...linkedHosts({ text, html })]
}

/** Itself, or one above it. */
function isBlocked(domain: string, blocked: ReadonlySet<string>): boolean {
  const labels = domain.split('.').slice(-LABELS_MAX)
  return labels.some((_, nth) => blocked.has(labels.slice(nth).join('.')))
}

async function bodies({ objects }: RegistryTx, name: string): Promise<readonly JsonObject[]> {
  const found: JsonObject[] = []
  for (let after: Id | undefined; found.length < RULES_MAX;) {
    const ids = await objects.query(name, { where: [], ascending: true, limit: ROWS_AT_ONCE_MAX, ...(after === undefined ? {} : { afterId: after }) })
    found.push(...(await objects.get(name, ids)).map(({ body }) => body))
    after = ids.at(-1)
    if (ids.length < ROWS_AT_ONCE_MAX) break
  }
  return found
}

function members(value: Json | undefined): JsonObject {
  return isJsonObject(value) ? value : {}
}
