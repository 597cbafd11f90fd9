/** What the pages of certificates read out of their rows. */
import type { Json, JsonObject } from '../../../../src/base/json.ts'
import { isJsonObject } from '../../../../src/base/json.ts'
import { text } from '../../api/values.ts'

export type Validity = 'good' | 'soon' | 'over' | 'future'

const DAY_MS = 86_400_000
/** The same as in the health check of a node. */
export const SOON_MS = 14 * DAY_MS

export interface Certificate {
  readonly names: readonly string[]
  readonly issuer: string
  readonly from: string
  readonly until: string
  readonly validity: Validity
  /** Whole days that it is still good for. */
  readonly daysLeft: number
  /** Variant of the place of certificate and key; Text: in the store. */
  readonly certificateIn: string
  readonly keyIn: string
}

export function certificateOf(row: JsonObject, nowMs: number): Certificate {
  const from = text(row['notValidBefore'])
  const until = text(row['notValidAfter'])
  const leftMs = Date.parse(until) - nowMs
  return {
    names: isJsonObject(row['subjectAlternativeNames']) ? Object.keys(row['subjectAlternativeNames']) : [],
    issuer: text(row['issuer']), from, until,
    validity: leftMs <= 0 ? 'over' : Date.parse(from) > nowMs ? 'future' : leftMs < SOON_MS ? 'soon' : 'good',
    daysLeft: Math.max(0, Math.floor(leftMs / DAY_MS)),
    certificateIn: placeOf(row['certificate']), keyIn: placeOf(row['privateKey']),
  }
}

export interface ReadProblem { readonly nodeId: string; readonly hostname: string; readonly problem: string }

/** Nodes that cannot read the certificate, each with its reason. */
export function problemsOn(nodes: readonly JsonObject[], id: string): ReadProblem[] {
  return nodes.flatMap(node => {
    const problems = node['certificateProblems']
    const problem = isJsonObject(problems) ? problems[id] : undefined
    return typeof problem === 'string' ? [{ nodeId: text(node['id']), hostname: text(node['hostname']), problem }] : []
  })
}

/** Other certificates for the same host, of which a client gets the one that ends last. */
export function rivals(id: string, names: readonly string[], rows: readonly JsonObject[]): { readonly id: string; readonly until: string; readonly shared: readonly string[] }[] {
  return rows.flatMap(row => {
    const own = row['subjectAlternativeNames']
    const shared = isJsonObject(own) ? names.filter(name => Object.hasOwn(own, name)) : []
    return row['id'] === id || shared.length === 0 ? [] : [{ id: text(row['id']), until: text(row['notValidAfter']), shared }]
  })
}

function placeOf(value: Json | undefined): string {
  return isJsonObject(value) ? text(value['@type']) : ''
}
