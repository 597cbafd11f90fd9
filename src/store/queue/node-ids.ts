/** Which node id a joining node gets: an old one of its host name, else the lowest that no live node has. */
import { NODE_NUMBER_MAX } from '../../base/ids.ts'
import { RotaError } from '../../errors.ts'

/** 0 is what ids carry that were made before a node had joined. */
const NODE_ID_MIN = 1

export function chooseNodeId(
  hostname: string, leased: readonly { readonly nodeId: number; readonly hostname: string }[], live: ReadonlySet<number>,
): number {
  const own = leased.filter(known => known.hostname === hostname && !live.has(known.nodeId)).map(known => known.nodeId)
  if (own.length > 0) return Math.min(...own)
  for (let nodeId = NODE_ID_MIN; nodeId <= NODE_NUMBER_MAX; nodeId++) if (!live.has(nodeId)) return nodeId
  throw new RotaError('node/no-id-free', `all ${NODE_NUMBER_MAX} node ids belong to live nodes`)
}
