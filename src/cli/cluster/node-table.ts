/** The table of nodes: who is there, as what, with how much work. */
import { EMPTY_CELL, printable } from '../output/cell.ts'
import { formatRelative } from '../output/relative.ts'
import { shorten, tableText } from '../output/table.ts'
import type { Terminal } from '../terminal.ts'
import type { NodeView } from './node-view.ts'
import { bucketsHeld, isAway, nameOf } from './node-view.ts'

const HEAD = ['node', 'status', 'role', 'lanes', 'buckets', 'running', 'listeners', 'started', 'version']

/** mx2 before mx10. */
const BY_NAME = new Intl.Collator('en', { numeric: true })

/** `nowMs` for "3m ago". Nodes that are long gone are only counted: their names stay for ever. */
export function nodeTable(terminal: Terminal, nodes: readonly NodeView[], nowMs: number): string {
  const listed = nodes.filter(({ state }) => state !== 'inactive').toSorted((one, other) => BY_NAME.compare(nameOf(one), nameOf(other)))
  const hidden = nodes.length - listed.length
  const table = tableText(terminal, HEAD, listed.map(node => cells(node, nowMs)))
  if (hidden === 0) return table
  return `${table}\n${hidden} inactive ${hidden === 1 ? 'node is' : 'nodes are'} not shown (\`rota query cluster-node\` lists them)`
}

function cells(node: NodeView, nowMs: number): string[] {
  const { state, role, held, running, listeners, startedAt, version } = node
  // What the leases of a node that is away still say is on its way to the others; what it said itself is over.
  const away = isAway(node)
  const work = held === null || (away && held.size === 0) ? [EMPTY_CELL, EMPTY_CELL] : [String(held.size), String(bucketsHeld(node))]
  if (away) return [nameOf(node), state, EMPTY_CELL, ...work, ...HEAD.slice(5).map(() => EMPTY_CELL)].map(shown)
  return [
    nameOf(node), state, role ?? EMPTY_CELL, ...work, running === null ? EMPTY_CELL : String(running), listenersText(listeners),
    startedAt === null ? EMPTY_CELL : formatRelative(startedAt, nowMs), version ?? EMPTY_CELL,
  ].map(shown)
}

function shown(text: string): string {
  return shorten(printable(text))
}

/** Names; what is not simply up is said with its text. */
function listenersText(listeners: ReadonlyMap<string, string>): string {
  const each = [...listeners].map(([name, what]) => (/^\S+( \S+ up,?)+$/.test(what) ? name : `${name} (${what})`))
  return each.join(', ') || EMPTY_CELL
}
