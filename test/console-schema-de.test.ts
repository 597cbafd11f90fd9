/** What the schema says to people, in German: nothing is forgotten when an object, a field or a value is added, and nothing is left of those that go. */
import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import type { Json, JsonObject } from '../src/base/json.ts'
import { isJsonObject } from '../src/base/json.ts'
import type { Schema } from '../src/jmap-client/schema.ts'
import { parseSchema } from '../src/jmap-client/schema.ts'
import { DESCRIPTIONS_DE } from '../webui/src/texts/schema-descriptions-de.ts'
import { LABELS_DE } from '../webui/src/texts/schema-labels-de.ts'
import { inWords } from '../webui/src/texts/schema-language.ts'
import { openRegistry } from './support/registry.ts'

const WORDS = { ...LABELS_DE, ...DESCRIPTIONS_DE }
const NAMES = ['label', 'title', 'subtitle', 'singularName', 'pluralName', 'explanation']
/** Names of what is called so everywhere, and words that German has too. */
const SAME = new Set([
  'Autoconfig', 'Autodiscover', 'CAA', 'Cluster', 'DKIM', 'DMARC', 'DNS', 'Domain', 'Ed25519', 'Filter', 'HMAC-SHA-256', 'HMAC-SHA-384', 'HMAC-SHA-512', 'HTTP', 'IMAP', 'LMTP', 'Listener', 'MTA-STS', 'MX', 'ManageSieve', 'Minute', 'Name', 'POP3',
  'Port', 'Problem', 'RSA', 'SMTP', 'SPF', 'SRV', 'Socket', 'Spam', 'Status', 'TCP', 'TLS', 'TLSA', 'Text', 'Variable', 'Version', 'Zone', 'posix',
])
const PROTOCOL_VERSION = /^TLS 1\.[23](, [\w-]+)*$/
/** Hundreds, that a mail reader chooses from; their names are those of the locales. */
const UNTRANSLATED_ENUMS = ['Locale']

describe('the German of the schema', () => {
  let schema: Schema
  before(async () => {
    const document = JSON.parse((await openRegistry()).registry.schemaDocument().json) as JsonObject
    schema = parseSchema(document)
  })
  const shown = (of: Schema) => {
    const { enums, fields, layouts: _, ...rest } = of as unknown as JsonObject
    const kept = Object.fromEntries(Object.entries(isJsonObject(enums) ? enums : {}).filter(([name]) => !UNTRANSLATED_ENUMS.includes(name)))
    return [...texts({ ...rest, enums: kept, fields }, NAMES), ...texts(entered(fields), ['description']), ...texts(of.objects, ['description']), ...menu(of)]
  }

  it('has every name, and what stands beside a field that people fill in', () => {
    const german = shown(inWords(schema, WORDS))
    const english = shown(schema)
    assert.ok(english.length > 500, 'the schema was read')
    const left = english.filter((text, at) => german[at] === text && !Object.hasOwn(WORDS, text) && !SAME.has(text) && !PROTOCOL_VERSION.test(text))
    assert.deepEqual([...new Set(left)], [])
  })

  it('has nothing that the schema does not say', () => {
    const said = new Set([...texts(schema, [...NAMES, 'description']), ...menu(schema)].flatMap(text => [text, ...text.split(/(?<=^\w+:) /)]))
    assert.deepEqual(Object.keys(WORDS).filter(text => !said.has(text)), [])
  })
})

/** Headings and links; the sections are the console's own words. */
function menu({ layouts }: Schema): string[] {
  return layouts.flatMap(({ items }) => texts(items, ['name']))
}

/** Those that are not the server's alone. */
function entered(fields: Json | undefined): Json {
  const all = isJsonObject(fields) ? Object.values(fields) : []
  return all.flatMap(each => isJsonObject(each) && isJsonObject(each['properties']) ? Object.values(each['properties']) : [])
    .filter(field => isJsonObject(field) && field['update'] !== 'serverSet')
}

function texts(value: unknown, keys: readonly string[]): string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, each]: [string, unknown]) => typeof each === 'string' ? keys.includes(key) ? [each] : [] : texts(each, keys))
}
