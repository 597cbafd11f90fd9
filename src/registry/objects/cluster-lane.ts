/** ClusterLane: a stream of background work, and which node holds which part of it right now, as the leases say. */
import { map, number, oneOf, string } from '../../base/fields.ts'
import type { EnumType } from '../../base/fields.ts'
import type { Id } from '../../base/ids.ts'
import type { ObjectReader } from '../ops/backend.ts'
import { listReader } from '../ops/list-reader.ts'
import { object } from '../schema/object.ts'
import type { ObjectDefinition, Stored } from '../schema/object.ts'
import { nodeObjectId } from './cluster-node.ts'
import type { ClusterPort, HeldLease } from './cluster-node.ts'

const byServer = { update: 'serverSet' } as const
const TEXT = { type: 'string', format: 'string' } as const

/** `duties`: the closed set that lanes are gated by. */
export function clusterLaneObject(duties: EnumType): ObjectDefinition<unknown> {
  return object({
    name: 'ClusterLane',
    label: 'Cluster lane',
    doc: 'A stream of background work, cut into buckets: who holds which.',
    verbs: ['Get', 'Query'],
    fields: {
      name: string('Its name, which is its id too.', byServer),
      duty: oneOf(duties, 'The duty that a node needs to work it.', byServer),
      buckets: number('Into how many parts it is cut.', 'unsignedInteger', byServer),
      owners: map<Id>(TEXT, TEXT, 'Who holds a bucket: its number, from 0, and the id of the ClusterNode.', byServer),
      unowned: number('How many buckets nobody holds.', 'unsignedInteger', byServer),
    },
    labelProperty: 'name',
    columns: ['name', 'duty', 'buckets', 'unowned'],
    filters: {},
    order: { properties: ['name'], ascending: true },
    sections: [{ title: 'Lane', fields: ['name', 'duty', 'buckets', 'unowned', 'owners'] }],
    menu: { section: 'Management', icon: 'server', group: 'Cluster', link: 'Assignments' },
  })
}

export interface LaneData { readonly name: string; readonly duty: string; readonly buckets: number }

/** Buckets beyond those of this version are of a node that cuts the lane differently. */
export function laneReader<Tx>(lanes: readonly LaneData[], cluster: Pick<ClusterPort<Tx>, 'look'>): ObjectReader<Tx> {
  return listReader(async tx => {
    const { leases } = await cluster.look(tx)
    const byLane = Map.groupBy(leases, ({ lane }) => lane)
    return lanes
      .toSorted((left, right) => left.name < right.name ? -1 : 1)
      .map(({ name, duty, buckets }): Stored => {
        const owners = ownersOf((byLane.get(name) ?? []).filter(({ bucket }) => bucket < buckets))
        return { id: name, version: 1, body: { name, duty, buckets, owners, unowned: buckets - Object.keys(owners).length } }
      })
  })
}

function ownersOf(leases: readonly HeldLease[]): Record<string, Id> {
  return Object.fromEntries(leases.map(({ bucket, nodeId }) => [String(bucket), nodeObjectId(nodeId)]))
}
