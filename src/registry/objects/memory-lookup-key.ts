/**
 * MemoryLookupKey: one entry of a list that every node keeps in memory. The one list that is asked so far is that of the blocked
 * domains; mail from them, and mail that links to them, gets the tag BLOCKED_DOMAIN. A domain stands for those below it too.
 */
import { string } from '../../base/fields.ts'
import type { Fields, Infer } from '../../base/fields.ts'
import type { JsonObject } from '../../base/json.ts'
import type { IndexEntry, RegistryTx } from '../ports.ts'
import { object } from '../schema/object.ts'
import type { ObjectDefinition } from '../schema/object.ts'
import { refusal } from '../set-error.ts'
import type { Problems } from '../values/problems.ts'

const MEMORY_LOOKUP_KEY = 'MemoryLookupKey'
export const BLOCKED_DOMAINS = 'blocked-domains'
/** Of all of them: each node has them in memory, and reads them anew when one changes. */
export const LOOKUP_KEYS_MAX = 20_000
const KEY_CHARS_MAX = 255
const DOMAIN = /^(?=.{1,253}$)[\p{L}\p{N}_-]+(?:\.[\p{L}\p{N}_-]+)*$/u

const FIELDS = {
  namespace: string(`The list that it is in: ${BLOCKED_DOMAINS}.`, { index: 'filter', maxLength: 100, label: 'List' }),
  key: string('A domain, in small letters; it stands for those below it too.', { maxLength: KEY_CHARS_MAX, label: 'Domain' }),
} satisfies Fields

export const memoryLookupKey: ObjectDefinition<Infer<typeof FIELDS>, RegistryTx> = object<typeof FIELDS, RegistryTx>({
  name: MEMORY_LOOKUP_KEY,
  label: 'Lookup key',
  doc: 'One entry of a list that every node keeps in memory.',
  fields: FIELDS,
  neutral: { isGlobPattern: [false] },
  labelProperty: 'key',
  columns: ['namespace', 'key'],
  sections: [{ title: 'Entry', fields: ['namespace', 'key'] }],
  views: [{
    name: 'SpamBlockedDomain', title: 'Blocked domains', subtitle: 'Mail from them, or with links to them, is probably spam', columns: ['key'],
    filters: { namespace: BLOCKED_DOMAINS },
  }],
  keyProperties: { entry: 'key' },
  menu: { section: 'Settings', icon: 'shield-alert', group: 'Spam', link: 'Blocked domains' },
  hooks: {
    check: refuseWhatIsNotAsked,
    entries: lookupEntries,
    async settle({ objects }, _id, next, before) {
      if (next === null || before !== null || await objects.count(MEMORY_LOOKUP_KEY, []) <= LOOKUP_KEYS_MAX) return
      throw refusal('forbidden', `There are ${LOOKUP_KEYS_MAX} keys already, and no more are kept; destroy some first.`)
    },
  },
})

function lookupEntries({ namespace, key }: JsonObject): IndexEntry[] {
  return [{ field: 'entry', value: `${String(namespace)}/${String(key)}`, unique: true }]
}

function refuseWhatIsNotAsked({ namespace, key }: JsonObject, _before: JsonObject | null, problems: Problems): void {
  if (namespace !== BLOCKED_DOMAINS) problems.invalid(['namespace'], namespace ?? null, `must be ${BLOCKED_DOMAINS}: no other list is asked by this version.`)
  if (typeof key === 'string' && (!DOMAIN.test(key) || key !== key.toLowerCase())) {
    problems.invalid(['key'], key, 'must be a domain in small letters, such as spam.example.')
  }
}
