/** The table of lanes: who holds how much of each. */
import type { Json, JsonObject } from '../../base/json.ts'
import { isJsonObject } from '../../base/json.ts'
import { EMPTY_CELL, printable } from '../output/cell.ts'
import { tableText } from '../output/table.ts'
import type { Terminal } from '../terminal.ts'
import type { NodeView } from './node-view.ts'
import { nameOf } from './node-view.ts'

const HEAD = ['lane', 'duty', 'buckets', 'held by']

/** `lanes` as the server lists them. */
export function laneTable(terminal: Terminal, lanes: readonly JsonObject[], nodes: readonly NodeView[]): string {
  const names = new Map(nodes.map(node => [node.id, nameOf(node)]))
  return tableText(terminal, HEAD, lanes.map(lane => {
    const { name, duty, buckets } = lane
    return [cell(name), cell(duty), cell(buckets), shares(lane, names)].map(printable)
  }))
}

/** `indexer 32, keeper 30, nobody 2`. */
function shares({ owners, unowned }: JsonObject, names: ReadonlyMap<string, string>): string {
  const counts = Map.groupBy(Object.values(isJsonObject(owners) ? owners : {}), String)
  const held = [...counts].map(([id, buckets]) => `${names.get(id) ?? id} ${buckets.length}`).toSorted()
  const waiting = typeof unowned === 'number' && unowned > 0 ? [`nobody ${unowned}`] : []
  return [...held, ...waiting].join(', ') || EMPTY_CELL
}

function cell(value: Json | undefined): string {
  return value === undefined || value === null || value === '' ? EMPTY_CELL : String(value)
}
