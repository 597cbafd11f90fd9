/** The node that is meant: by its id (`node-3`), its host name, or the number of its id. */
import { CommandFailure, EXIT } from '../failure.ts'
import { didYouMean } from '../input/suggest.ts'
import type { NodeView } from './node-view.ts'
import { isAway } from './node-view.ts'

/** A host name may be a number, and then goes before the number of an id. */
export function chooseNode(nodes: readonly NodeView[], text: string): NodeView {
  const wanted = text.toLowerCase()
  const byId = nodes.find(({ id }) => id === wanted)
  const found = byId ?? bestOf(nodes.filter(({ hostname }) => hostname === wanted)) ?? nodes.find(({ id }) => id === `node-${wanted}`)
  if (found !== undefined) return found
  const hint = didYouMean(text, nodes.flatMap(({ id, hostname }) => [hostname, id])) ?? '`rota cluster status` shows them'
  throw new CommandFailure(EXIT.notFound, `there is no node ${text}`, hint)
}

/** A name that moved to another id leaves its former one behind for a while. */
function bestOf(nodes: readonly NodeView[]): NodeView | undefined {
  return nodes.find(node => !isAway(node)) ?? nodes[0]
}
