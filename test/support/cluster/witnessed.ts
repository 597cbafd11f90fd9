/** What the witness in a node and the test that reads the node's log agree on. */
import type { NodeProcess } from '../node-process.ts'

/** A document whose indexing kills the process. */
export const POISON = 'poison'
export const STARTED = 'witness: a run starts'
export const ENDED = 'witness: a run has ended'

/** One run of a batch in one process. Times are ms since 1970 by this machine's clock, which is also PostgreSQL's. */
export interface Run {
  /** As evidence.ts names it. */
  readonly process: string
  readonly variant: string
  /** What the node knew to be its duties when it started the run. */
  readonly duties: readonly string[]
  readonly startedAt: number
  /** Infinity: it was never seen to end. */
  readonly endedAt: number
  /** In the order in which the variant gets them. */
  readonly tasks: readonly { readonly id: string; readonly key: string | null }[]
}

/** The runs of one process, in the order of their starts. */
export function runsOf(process: string, node: NodeProcess): Run[] {
  const ends = new Map(node.logged(ENDED).map(line => [line['run'], Number(line['at'])]))
  const runs: Run[] = []
  let duties: readonly string[] = []
  for (const line of node.log) {
    if (line['msg'] === 'joined the cluster' || line['msg'] === 'other duties from now on') duties = line['duties'] as string[]
    if (line['msg'] !== STARTED) continue
    const [tasks, keys] = [line['tasks'], line['keys']] as [string[], (string | null)[]]
    runs.push({
      process, variant: String(line['variant']), duties, startedAt: Number(line['at']), endedAt: ends.get(line['run']) ?? Infinity,
      tasks: tasks.map((id, index) => ({ id, key: keys[index] ?? null })),
    })
  }
  return runs
}
