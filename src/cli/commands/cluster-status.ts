/** `rota cluster status`: the nodes and what is wrong, once or until Ctrl-C. */
import type { Command } from 'commander'
import { pause } from '../../base/clock.ts'
import type { JsonObject } from '../../base/json.ts'
import { isPassing } from '../../jmap-client/errors.ts'
import { ALL_WELL, findingLine, readFindings } from '../cluster/finding.ts'
import type { Finding } from '../cluster/finding.ts'
import { nodeTable } from '../cluster/node-table.ts'
import { NODE, nodeView } from '../cluster/node-view.ts'
import type { ExitCode } from '../failure.ts'
import { EXIT, usage } from '../failure.ts'
import { findObject } from '../input/names.ts'
import { Screen } from '../output/screen.ts'
import { readAll } from '../plan/read-all.ts'
import type { Invocation, Perform, Remote } from '../remote.ts'
import { examples } from './examples.ts'

/** `nodes` as the server sent them. */
interface Status { readonly nodes: readonly JsonObject[]; readonly findings: readonly Finding[] }

const INTERVAL_MS = 1_000

export function addClusterStatus(cluster: Command, perform: Perform): void {
  cluster.command('status')
    .summary('the nodes, what they hold and run, and what is wrong')
    .description('Shows the nodes with their roles, the lanes and buckets that they hold now, the tasks that run there and '
      + 'their listeners; then what is wrong. With --json a line for each ClusterNode and each ClusterFinding, told apart by @type.')
    .option('--watch', 'look again each second, until Ctrl-C')
    .addHelpText('after', examples('rota cluster status --watch'))
    .action(({ watch = false }: { watch?: boolean }) => perform(to => watch ? follow(to) : once(to)))
}

async function once(to: Invocation): Promise<ExitCode> {
  const status = await read(await to.connect())
  if (!to.json) await to.terminal.print(statusText(to, status))
  else for (const line of statusLines(status)) await to.terminal.print(line)
  return EXIT.ok
}

async function follow(to: Invocation): Promise<ExitCode> {
  if (to.json) throw usage('--watch is for people', 'run it without --watch, as often as you like')
  const remote = await to.connect()
  const { clock, signal } = to.terminal
  const screen = new Screen(to.terminal)
  const restore = to.terminal.catchInterrupts()
  let away = false
  try {
    while (!signal.aborted) {
      const status = await readUnlessAway(to, remote, away)
      away = status === null
      if (status !== null) await screen.paint(statusText(to, status), gist(status))
      await pause(clock, INTERVAL_MS, signal)
    }
    return EXIT.ok
  } finally {
    restore()
  }
}

/** Null while the server cannot be reached, which is said once. */
async function readUnlessAway(to: Invocation, remote: Remote, away: boolean): Promise<Status | null> {
  try {
    return await read(remote)
  } catch (error) {
    if (!isPassing(error)) throw error
    if (!away) to.terminal.note(`${error.message}; waiting for it. Another node may answer: --url`)
    return null
  }
}

async function read(remote: Remote): Promise<Status> {
  return { nodes: await readAll(remote, findObject(remote.model, NODE)), findings: await readFindings(remote) }
}

function statusText({ terminal }: Invocation, { nodes, findings }: Status): string {
  const lines = findings.map(finding => findingLine(terminal, finding))
  const below = lines.length === 0 ? [ALL_WELL] : [...lines, '`rota cluster audit` says what to do']
  return [nodeTable(terminal, nodes.map(nodeView), terminal.clock.now()), '', ...below].join('\n')
}

function statusLines({ nodes, findings }: Status): string[] {
  return [
    ...nodes.map(node => JSON.stringify({ '@type': NODE, ...node })),
    ...findings.map(({ row }) => JSON.stringify({ '@type': 'ClusterFinding', ...row })),
  ]
}

/** What is new when it differs: without what each heartbeat changes. */
function gist({ nodes, findings }: Status): string {
  const lasting = nodes.map(({ lastRenewal: _renewal, clockOffset: _offset, ...rest }) => rest)
  return JSON.stringify([lasting, findings])
}
