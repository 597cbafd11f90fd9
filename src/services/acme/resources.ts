/** The resources of an authority (RFC 8555 §7.1) as this client needs them, read out of JSON that may be anything. */
import type { Json, JsonObject } from '../../base/json.ts'
import { isJsonObject, ownValue } from '../../base/json.ts'
import { RotaError } from '../../errors.ts'
import { problemOf } from './problem.ts'
import type { AcmeProblem } from './problem.ts'

/** Of one order; what asks for more is no order of ours. */
export const NAMES_MAX = 100
const CHALLENGES_MAX = 20

export interface AcmeDirectory {
  readonly newNonce: string
  readonly newAccount: string
  readonly newOrder: string
  /** RFC 9773; null: the authority does not say when to renew. */
  readonly renewalInfo: string | null
  readonly bindsAccounts: boolean
}
export const ORDER_STATUSES = ['pending', 'ready', 'processing', 'valid', 'invalid'] as const
export type OrderStatus = (typeof ORDER_STATUSES)[number]
export interface AcmeOrder {
  readonly status: OrderStatus
  /** In order of name. */
  readonly names: readonly string[]
  readonly authorizations: readonly string[]
  readonly finalize: string
  readonly certificate: string | null
  readonly problem: AcmeProblem | null
}
export interface AcmeChallenge {
  readonly type: string
  readonly url: string
  readonly token: string
  readonly status: string
  readonly problem: AcmeProblem | null
}
export interface AcmeAuthorization {
  readonly name: string
  /** It is for all names right under `name` (RFC 8555 §7.1.4). */
  readonly isWildcard: boolean
  readonly status: string
  readonly challenges: readonly AcmeChallenge[]
}

export function directoryOf(body: JsonObject): AcmeDirectory {
  const meta = ownValue(body, 'meta')
  return {
    newNonce: text(body, 'newNonce'), newAccount: text(body, 'newAccount'), newOrder: text(body, 'newOrder'),
    renewalInfo: optional(body, 'renewalInfo'), bindsAccounts: isJsonObject(meta) && ownValue(meta, 'externalAccountRequired') === true,
  }
}

export function orderOf(body: JsonObject): AcmeOrder {
  const status = ORDER_STATUSES.find(each => each === body['status'])
  if (status === undefined) throw unusable('an order without a known status')
  return {
    status, names: list(body, 'identifiers', NAMES_MAX).filter(isJsonObject).map(each => text(each, 'value').toLowerCase()).toSorted(),
    authorizations: list(body, 'authorizations', NAMES_MAX).filter(url => typeof url === 'string'),
    finalize: text(body, 'finalize'), certificate: optional(body, 'certificate'), problem: optionalProblem(body),
  }
}

export function authorizationOf(body: JsonObject): AcmeAuthorization {
  const identifier = ownValue(body, 'identifier')
  return {
    name: isJsonObject(identifier) ? text(identifier, 'value').toLowerCase() : '', status: text(body, 'status'),
    isWildcard: ownValue(body, 'wildcard') === true,
    challenges: list(body, 'challenges', CHALLENGES_MAX).filter(isJsonObject).map(each => ({
      type: text(each, 'type'), url: text(each, 'url'), token: optional(each, 'token') ?? '', status: text(each, 'status'),
      problem: optionalProblem(each),
    })),
  }
}

/** RFC 9773 §4.2, in ms since 1970. */
export function renewalWindowOf(body: JsonObject): { readonly start: number; readonly end: number } {
  const suggested = ownValue(body, 'suggestedWindow')
  const [start, end] = isJsonObject(suggested) ? [Date.parse(text(suggested, 'start')), Date.parse(text(suggested, 'end'))] : [NaN, NaN]
  if (!(start < end)) throw unusable('a time to renew that is none')
  return { start, end }
}

export function unusable(what: string): RotaError {
  return new RotaError('acme/unusable-answer', `the authority answered with ${what}`)
}

function optionalProblem(body: JsonObject): AcmeProblem | null {
  const error = ownValue(body, 'error')
  return isJsonObject(error) ? problemOf(error) : null
}

function text(body: JsonObject, name: string): string {
  return optional(body, name) ?? fail(`something without ${name}`)
}

function optional(body: JsonObject, name: string): string | null {
  const value = ownValue(body, name)
  return typeof value === 'string' ? value : null
}

function list(body: JsonObject, name: string, max: number): readonly Json[] {
  const value = ownValue(body, name)
  if (!Array.isArray(value)) return fail(`something without ${name}`)
  return value.length > max ? fail(`more than ${max} ${name}`) : value
}

function fail(what: string): never {
  throw unusable(what)
}
