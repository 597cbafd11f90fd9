/**
 * ROTA_CONFIG: what the older TOML scheme leaves this node of each lane. A list that does not name the node takes the lane
 * from it; several entries leave it the buckets of its shard; a key that is missing changes nothing.
 */
import { readFileSync, statSync } from 'node:fs'
import { NODE_NUMBER_MAX } from '../base/ids.ts'
import type { Lane } from '../engine/lane.ts'
import type { Shard } from '../engine/ports/node.ts'
import { errorText } from '../errors.ts'
import { parseRolesFile, ROLE_KEYS, ROLES_FILE_BYTES_MAX, RolesFileError, type RoleKey, type Shards } from '../legacy/roles-file.ts'

export interface LegacyScheme {
  /** Fixed by the file; null: it has no lists, and says no id. */
  readonly nodeId: number | null
  readonly lanes: Readonly<Record<string, Shard | null>>
  /** Duties of which the lists leave this node nothing. */
  readonly withoutDuties: ReadonlySet<string>
  /** What else the file has, which nobody reads. */
  readonly ignored: readonly string[]
}

/** The older servers were node 1 until told otherwise. */
const NODE_ID_DEFAULT = 1

/** Throws RolesFileError, also when the file cannot be read. */
export function readLegacyScheme(path: string, lanes: readonly Lane[]): LegacyScheme {
  return legacyScheme(readText(path), lanes)
}

export function legacyScheme(text: string, lanes: readonly Lane[]): LegacyScheme {
  const { nodeId: said, roles, ignored } = parseRolesFile(text)
  const nodeId = said ?? (roles.size > 0 ? NODE_ID_DEFAULT : null)
  if (nodeId !== null && nodeId > NODE_NUMBER_MAX) throw new RolesFileError([`cluster.node-id is ${nodeId}; ${NODE_NUMBER_MAX} is the largest`])
  const tooMany = lanes.flatMap(lane => {
    const shards = listOf(roles, lane)?.length ?? 0
    return lane.buckets > 1 && shards > lane.buckets ? [`cluster.roles.${lane.legacyKey} has ${shards} shards; ${lane.buckets} are the most`] : []
  })
  if (tooMany.length > 0) throw new RolesFileError(tooMany)
  const left = Object.fromEntries(lanes.flatMap(lane => {
    const shards = listOf(roles, lane)
    return shards === undefined || nodeId === null ? [] : [[lane.name, partOf(shards, lane, nodeId)] as const]
  }))
  const taken = ROLE_KEYS.filter(({ key }) => nodeId !== null && roles.get(key)?.flat().includes(nodeId) === false)
  const withoutDuties = new Set<string>(taken.map(({ duty }) => duty).filter(duty =>
    lanes.filter(lane => lane.duty === duty).every(lane => left[lane.name] === null)))
  return { nodeId, lanes: left, withoutDuties, ignored }
}

function listOf(roles: ReadonlyMap<RoleKey, Shards>, lane: Lane): Shards | undefined {
  const role = ROLE_KEYS.find(({ key }) => key === lane.legacyKey)
  return role && roles.get(role.key)
}

/** What cannot be divided is worked by one of all nodes that are listed. */
function partOf(shards: Shards, { buckets }: Lane, nodeId: number): Shard | null {
  const index = shards.findIndex(members => members.includes(nodeId))
  if (index < 0) return null
  return buckets === 1 ? { index: 0, of: 1 } : { index, of: shards.length }
}

function readText(path: string): string {
  try {
    const { size } = statSync(path)
    if (size > ROLES_FILE_BYTES_MAX) throw new RolesFileError([`is ${size} bytes long; ${ROLES_FILE_BYTES_MAX} are the most`])
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (error instanceof RolesFileError) throw error
    throw new RolesFileError([`cannot be read: ${errorText(error)}`])
  }
}
