/**
 * `rota cluster drain`: a node hands its work over, closes its listeners and ends, as on SIGTERM.
 *
 * | what is seen | what it means |
 * |---|---|
 * | the node is stale, or unknown, or has started anew | it is gone |
 * | the same, and it was not heard of since it was asked | it sleeps, or is cut off, or has died: it drains when it comes back |
 * | nobody answers; it was the node itself that did, on this machine, and its process is gone | it is gone |
 * | nobody answers for a while, and who did is unknown, or was another node | it may be gone: another one has to be asked |
 * | the limit is over, with a margin | it hangs, which is a failure |
 */
import type { Command } from 'commander'
import { pause } from '../../base/clock.ts'
import { isPassing } from '../../jmap-client/errors.ts'
import { chooseNode } from '../cluster/node-choice.ts'
import type { NodeView } from '../cluster/node-view.ts'
import { bucketsHeld, isAway, nameOf, NODE, nodeView, readNodes } from '../cluster/node-view.ts'
import type { ExitCode } from '../failure.ts'
import { CommandFailure, EXIT } from '../failure.ts'
import { findObject } from '../input/names.ts'
import { formatTime } from '../input/when.ts'
import { isAlive } from '../node-file.ts'
import { printable } from '../output/cell.ts'
import { refusalCode, refusalText } from '../refusal.ts'
import type { Invocation, Perform, Remote } from '../remote.ts'
import { examples } from './examples.ts'

interface Options { readonly wait: boolean }
type Look = { readonly kind: 'there'; readonly node: NodeView } | { readonly kind: 'gone'; readonly heardOf: boolean } | { readonly kind: 'silent'; readonly why: string }

const INTERVAL_MS = 500
/** A heartbeat until it is seen, 30 s in which work and connections may end, and as much as it may take to say so. */
const DRAIN_MS_MAX = 45_000
/** Longer than a proxy takes to find another node that answers. */
const SILENCE_MS_MAX = 10_000

export function addClusterDrain(cluster: Command, perform: Perform): void {
  cluster.command('drain')
    .summary('take a node out')
    .description('Lets a node finish or hand over its work, close its listeners and end, as SIGTERM does, and shows how far it '
      + 'is until it is gone. It cannot be taken back; start the node again instead.')
    .argument('<node>', 'host name, id (node-3) or number of the id (3)')
    .option('--no-wait', 'only ask it to')
    .addHelpText('after', examples('rota cluster drain mx2'))
    .action((text: string, options: Options) => perform(to => drain(to, text, options)))
}

async function drain(to: Invocation, text: string, { wait }: Options): Promise<ExitCode> {
  const remote = await to.connect()
  const node = chooseNode(await readNodes(remote), text)
  if (node.state !== 'draining') await ask(remote, node)
  if (wait) await waitUntilGone(to, remote, node)
  else await tell(to, node, 'asked', 'was asked to drain')
  return EXIT.ok
}

async function ask(remote: Remote, { id }: NodeView): Promise<void> {
  const object = findObject(remote.model, NODE)
  for await (const outcome of remote.client.update(object.wire, new Map([[id, { draining: true }]]))) {
    if (outcome.kind === 'done') continue
    const { error } = outcome
    throw new CommandFailure(refusalCode([error]), refusalText(remote.model, object, error), null, error.type)
  }
}

async function waitUntilGone(to: Invocation, remote: Remote, node: NodeView): Promise<void> {
  const { clock } = to.terminal
  const pid = pidOf(remote, node)
  const endMs = clock.monotonicMs() + DRAIN_MS_MAX
  // An idle node may be empty before the first look: what it had when it was asked is shown all the same.
  let told = leftOver(node)
  await tell(to, node, 'draining', `has ${told}`)
  let seen: Look = { kind: 'there', node }
  let heardMs = clock.monotonicMs()
  while (clock.monotonicMs() < endMs) {
    seen = await look(remote, node, pid)
    if (seen.kind !== 'silent') heardMs = clock.monotonicMs()
    else if (pid === null && clock.monotonicMs() - heardMs >= SILENCE_MS_MAX) throw unheard(node, seen.why)
    if (seen.kind === 'gone') {
      await tell(to, node, 'gone', seen.heardOf ? 'is gone' : 'was not heard of any more; it drains as soon as it comes back')
      return
    }
    if (seen.kind === 'there' && leftOver(seen.node) !== told) {
      told = leftOver(seen.node)
      await tell(to, seen.node, 'draining', `has ${told}`)
    }
    await pause(clock, INTERVAL_MS)
  }
  throw unfinished(node, seen)
}

/** Of the drained node's process, where that is the one that answers; else null. */
function pidOf({ node: answering }: Remote, { hostname }: NodeView): number | null {
  return answering?.hostname === hostname ? answering.pid : null
}

async function look(remote: Remote, { id, startedAt, lastRenewal }: NodeView, pid: number | null): Promise<Look> {
  try {
    const { list: [row] } = await remote.client.get(findObject(remote.model, NODE).wire, [id])
    const now = row === undefined ? null : nodeView(row)
    if (now === null || now.startedAt !== null && now.startedAt !== startedAt) return { kind: 'gone', heardOf: true }
    return isAway(now) ? { kind: 'gone', heardOf: now.lastRenewal !== lastRenewal } : { kind: 'there', node: now }
  } catch (error) {
    if (!isPassing(error)) throw error
    return pid !== null && !isAlive(pid) ? { kind: 'gone', heardOf: true } : { kind: 'silent', why: error.message }
  }
}

/** `12 buckets, 2 tasks, listeners http, smtp`. */
function leftOver(node: NodeView): string {
  const { running, listeners } = node
  const buckets = bucketsHeld(node)
  return [
    `${buckets} ${buckets === 1 ? 'bucket' : 'buckets'}`, `${running ?? 0} running ${running === 1 ? 'task' : 'tasks'}`,
    listeners.size === 0 ? 'no listener' : `listeners ${[...listeners.keys()].join(', ')}`,
  ].join(', ')
}

async function tell(to: Invocation, node: NodeView, event: 'asked' | 'draining' | 'gone', text: string): Promise<void> {
  const at = formatTime(to.terminal.clock.now())
  const { id, hostname, running, listeners } = node
  const left = event === 'draining' ? { buckets: bucketsHeld(node), running, listeners: [...listeners.keys()] } : {}
  await to.terminal.print(to.json
    ? JSON.stringify({ at, event, id, hostname, ...left })
    : `${at.slice('YYYY-MM-DDT'.length, -1)} ${printable(nameOf(node))} ${printable(text)}`)
}

function unheard(node: NodeView, why: string): CommandFailure {
  const hint = 'it may have been that node itself; ask another one: `rota cluster status --url`'
  return new CommandFailure(EXIT.connection, `${nameOf(node)} was asked to drain, but nobody says whether it did: ${why}`, hint)
}

function unfinished(node: NodeView, seen: Look): CommandFailure {
  const left = seen.kind === 'there' ? `has ${leftOver(seen.node)}` : 'runs, and does not answer,'
  const hint = 'look at its log; a second SIGTERM to its process ends it at once'
  return new CommandFailure(EXIT.refused, `${nameOf(node)} still ${left} after ${DRAIN_MS_MAX / 1_000} s`, hint, 'unfinished')
}
