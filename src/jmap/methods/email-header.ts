/** Header fields as properties: `headers`, and `header:<Name>[:as<Form>][:all]` (RFC 8621 §4.1.2, §4.1.3). */
import { assertNever } from '../../base/assert.ts'
import type { Json } from '../../base/json.ts'
import { asAddresses, asDate, asMessageIds, asText } from '../../services/message/message.ts'
import type { Header } from '../../services/message/message.ts'

const FORMS = ['Raw', 'Text', 'Addresses', 'MessageIds', 'Date', 'URLs'] as const
type Form = (typeof FORMS)[number]
export interface HeaderProperty { readonly property: string; readonly name: string; readonly form: Form; readonly all: boolean }

const PROPERTY = /^header:([!-9;-~]+)(?::as([A-Za-z]+))?(:all)?$/
const RAW = /\r?\n/g

/** Which forms a field may be asked in; fields that no RFC defines may be asked in any. */
const ALLOWED: readonly (readonly [fields: readonly string[], forms: readonly Form[]])[] = [
  [['subject', 'comments', 'keywords', 'list-id'], ['Text']],
  [['from', 'sender', 'reply-to', 'to', 'cc', 'bcc'], ['Addresses']],
  [['resent-from', 'resent-sender', 'resent-to', 'resent-cc', 'resent-bcc'], ['Addresses']],
  [['message-id', 'in-reply-to', 'references', 'resent-message-id'], ['MessageIds']],
  [['date', 'resent-date'], ['Date']],
  [['list-help', 'list-unsubscribe', 'list-subscribe', 'list-post', 'list-owner', 'list-archive'], ['URLs']],
]

/** Null when it is no such property, or the field has no such form. */
export function headerProperty(property: string): HeaderProperty | null {
  const [, name, form = 'Raw', all] = PROPERTY.exec(property) ?? []
  if (name === undefined || !isForm(form)) return null
  const rule = ALLOWED.find(([fields]) => fields.includes(name.toLowerCase()))
  if (rule && form !== 'Raw' && !rule[1].includes(form)) return null
  return { property, name, form, all: all !== undefined }
}

/** One value, of the last field of the name, or all of them in order; null or none when there is no such field. */
export function headerPropertyValue(headers: readonly Header[], { name, form, all }: HeaderProperty): Json {
  const wanted = name.toLowerCase()
  const values = headers.filter(header => header.name.toLowerCase() === wanted).map(({ value }) => valueIn(form, value))
  return all ? values : values.at(-1) ?? null
}

export function allHeaders(headers: readonly Header[]): Json {
  return headers.map(({ name, value }) => ({ name, value: valueIn('Raw', value) }))
}

function valueIn(form: Form, value: string): Json {
  switch (form) {
    case 'Raw': return value.replaceAll('\0', '').toWellFormed()
    case 'Text': return asText(value)
    case 'Addresses': return asAddresses(value)
    case 'MessageIds': return asMessageIds(value)
    case 'Date': return asDate(value)
    case 'URLs': return urlsOf(value)
    default: return assertNever(form)
  }
}

function urlsOf(value: string): string[] | null {
  const urls = [...value.replace(RAW, '').matchAll(/<([^<>]*)>/g)].map(([, url = '']) => url.replace(/\s+/g, ''))
  return urls.length === 0 ? null : urls
}

function isForm(text: string): text is Form {
  return FORMS.some(form => form === text)
}
