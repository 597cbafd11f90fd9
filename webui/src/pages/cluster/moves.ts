/** What has moved between two looks at the lanes, and since when each bucket is where it is, as far as this page has seen it. */
import type { Lane } from '../../api/cluster.ts'

/** Owners are ids of nodes; null: nobody. */
export interface Move { readonly from: string | null; readonly to: string | null; readonly buckets: number; readonly lanes: readonly string[] }
/** By `lane/bucket`: when it was seen to move, in ms since 1970. */
export type Sightings = ReadonlyMap<string, number>

export function movesBetween(before: readonly Lane[], after: readonly Lane[]): readonly Move[] {
  const moves = new Map<string, { from: string | null; to: string | null; buckets: number; lanes: Set<string> }>()
  for (const { lane, from, to } of movedBuckets(before, after)) {
    const key = `${from ?? ''}>${to ?? ''}`
    const move = moves.get(key) ?? { from, to, buckets: 0, lanes: new Set<string>() }
    move.buckets += 1
    move.lanes.add(lane)
    moves.set(key, move)
  }
  return [...moves.values()].map(({ lanes, ...move }) => ({ ...move, lanes: [...lanes] })).toSorted((left, right) => right.buckets - left.buckets)
}

export function withMoves(sightings: Sightings, before: readonly Lane[], after: readonly Lane[], now: number): Sightings {
  const moved = movedBuckets(before, after)
  return moved.length === 0 ? sightings : new Map([...sightings, ...moved.map(({ lane, bucket }) => [bucketKey(lane, bucket), now] as const)])
}

export function bucketKey(lane: string, bucket: number): string {
  return `${lane}/${bucket}`
}

interface Moved { readonly lane: string; readonly bucket: number; readonly from: string | null; readonly to: string | null }

/** Of lanes that are in both; one that is cut anew has not moved. */
function movedBuckets(before: readonly Lane[], after: readonly Lane[]): readonly Moved[] {
  const earlier = new Map(before.map(lane => [lane.name, lane.owners]))
  return after.flatMap(({ name, owners }) => {
    const were = earlier.get(name)
    if (were === undefined || were.length !== owners.length) return []
    return owners.flatMap((to, bucket) => {
      const from = were[bucket] ?? null
      return from === to ? [] : [{ lane: name, bucket, from, to }]
    })
  })
}
