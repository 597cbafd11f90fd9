/** Findings about a cluster: what is wrong, and what to do about it. */
import type { JsonObject } from '../../base/json.ts'
import { findObject } from '../input/names.ts'
import { printable } from '../output/cell.ts'
import { shade } from '../output/table.ts'
import { readAll } from '../plan/read-all.ts'
import type { Remote } from '../remote.ts'
import type { Terminal } from '../terminal.ts'

export interface Finding {
  /** `error`, `warning`, or what a newer server says. */
  readonly severity: string
  readonly kind: string
  readonly text: string
  readonly advice: string
  /** As the server sent it. */
  readonly row: JsonObject
}

export const ALL_WELL = 'No findings: the cluster is well.'

/** The worst first, as the server lists them. */
export async function readFindings(remote: Remote): Promise<Finding[]> {
  const rows = await readAll(remote, findObject(remote.model, 'ClusterFinding'))
  return rows.map(row => ({
    severity: textOf(row['severity']), kind: textOf(row['kind']), text: textOf(row['text']), advice: textOf(row['advice']), row,
  }))
}

export function findingLine(terminal: Terminal, { severity, text }: Finding): string {
  return `${shade(terminal, printable(severity))}: ${printable(text)}`
}

export function adviceLine({ advice }: Finding): string {
  return `  → ${printable(advice)}`
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
