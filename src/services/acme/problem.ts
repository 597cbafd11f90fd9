/** What an authority says when it does not do something (RFC 7807, RFC 8555 §6.7), in our codes and in words for people. */
import type { JsonObject } from '../../base/json.ts'
import { isJsonObject, ownValue } from '../../base/json.ts'
import { RotaError } from '../../errors.ts'
import type { AcmeAnswer } from './exchange.ts'

const TYPE_PREFIX = 'urn:ietf:params:acme:error:'
const TEXT_CHARS_MAX = 500
const TYPE_CHARS_MAX = 100
const SUBPROBLEMS_MAX = 5
/** Limits that are counted by the week are told with a time of days; nobody is believed for longer. */
const WAIT_MS_MAX = 7 * 86_400_000
const RATE_LIMIT_MS = 3_600_000

/** No later attempt ends otherwise until somebody changes a setting. */
const FOR_GOOD: ReadonlySet<string> = new Set([
  'badCSR', 'badPublicKey', 'badSignatureAlgorithm', 'externalAccountRequired', 'invalidContact', 'rejectedIdentifier',
  'unauthorized', 'unsupportedContact', 'unsupportedIdentifier', 'userActionRequired',
])

export interface AcmeProblem { readonly type: string; readonly text: string }

/** The problem of a document; `about:blank` where it names no type. */
export function problemOf(document: unknown): AcmeProblem {
  const body = isJsonObject(document) ? document : {}
  const type = (textOf(body, 'type') || 'about:blank').slice(0, TYPE_CHARS_MAX).toWellFormed()
  const parts = [ownValue(body, 'subproblems') ?? []].flat().filter(isJsonObject).slice(0, SUBPROBLEMS_MAX)
  const texts = [body, ...parts].map(each => {
    const identifier = ownValue(each, 'identifier')
    const name = isJsonObject(identifier) ? textOf(identifier, 'value') : ''
    return `${name === '' ? '' : `${name}: `}${textOf(each, 'detail') || textOf(each, 'title')}`
  })
  return { type: type.replace(TYPE_PREFIX, ''), text: texts.filter(text => text !== '').join('; ').slice(0, TEXT_CHARS_MAX).toWellFormed() }
}

/** Of an answer that is no success. `what`: what was asked for, after "could not". */
export function refusalOf(answer: AcmeAnswer, what: string, now: number): RotaError {
  const { type, text } = problemOf(parsed(answer.body))
  const said = `the authority would not ${what}: ${text || 'without a reason'} (${answer.status} ${type})`
  const afterMs = retryAfterMs(answer, now)
  const waits = afterMs === null ? {} : { afterMs }
  if (type === 'rateLimited' || answer.status === 429) return new RotaError('acme/rate-limited', said, { type, afterMs: afterMs ?? RATE_LIMIT_MS })
  if (type === 'accountDoesNotExist') return new RotaError('acme/no-account', said, { type })
  if (FOR_GOOD.has(type)) return new RotaError('acme/refused', said, { type, status: answer.status })
  return new RotaError('acme/failed', said, { type, status: answer.status, ...waits })
}

/** Seconds or a date (RFC 9110 §10.2.3) as ms from now; null: it names none. */
export function retryAfterMs(answer: Pick<AcmeAnswer, 'header'>, now: number): number | null {
  const text = answer.header('retry-after')
  if (text === null) return null
  const ms = /^\d{1,9}$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - now
  return Number.isNaN(ms) ? null : Math.min(Math.max(ms, 0), WAIT_MS_MAX)
}

/** The parsed JSON, or null for what is none. */
export function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString()) as unknown
  } catch {
    return null
  }
}

function textOf(body: JsonObject, name: string): string {
  const value = ownValue(body, name)
  return typeof value === 'string' ? value : ''
}
