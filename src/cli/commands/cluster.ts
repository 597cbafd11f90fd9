/** `rota cluster …`: the nodes, what they hold, what is wrong with them, and taking one out. */
import type { Command } from 'commander'
import { laneTable } from '../cluster/lane-table.ts'
import { readNodes } from '../cluster/node-view.ts'
import type { ExitCode } from '../failure.ts'
import { EXIT } from '../failure.ts'
import { findObject } from '../input/names.ts'
import { readAll } from '../plan/read-all.ts'
import type { Invocation, Perform } from '../remote.ts'
import { addClusterAudit } from './cluster-audit.ts'
import { addClusterDrain } from './cluster-drain.ts'
import { addClusterStatus } from './cluster-status.ts'

export function addCluster(program: Command, perform: Perform): void {
  const cluster = program.command('cluster')
    .summary('see the nodes and who holds what, find what is wrong, drain one')
    .description('Shows and audits the nodes of a cluster, and takes one out.')
  addClusterStatus(cluster, perform)
  cluster.command('assignments')
    .summary('who holds how much of each lane')
    .description('Shows for each lane how many of its buckets each node holds now, and how many nobody does.')
    .action(() => perform(assignments))
  addClusterAudit(cluster, perform)
  addClusterDrain(cluster, perform)
}

async function assignments(to: Invocation): Promise<ExitCode> {
  const remote = await to.connect()
  const lanes = await readAll(remote, findObject(remote.model, 'ClusterLane'))
  if (to.json) for (const lane of lanes) await to.terminal.print(JSON.stringify(lane))
  else await to.terminal.print(laneTable(to.terminal, lanes, await readNodes(remote)))
  return EXIT.ok
}
