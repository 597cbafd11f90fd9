/** The cluster as it is, asked again every few seconds: heartbeats change it without a word. Empty until it is known. */
import { useMemo } from 'react'
import { failureOf } from './failure.ts'
import type { Failure } from './failure.ts'
import type { ClusterNode, Finding, Lane } from './cluster.ts'
import { findingOf, laneOf, nodeOf } from './cluster.ts'
import { useRows } from './hooks.ts'

/** A heartbeat is 3 s. */
const EVERY_MS = 3_000
/** More than node ids, lanes and findings that there can be. */
const ROWS_MAX = 500

export interface Asked<T> {
  /** undefined: not known yet. */
  readonly data: readonly T[] | undefined
  readonly failure: Failure | null
  retry(this: void): void
}

export function useNodes(): Asked<ClusterNode> {
  return useAsked('ClusterNode', nodeOf)
}

export function useLanes(): Asked<Lane> {
  return useAsked('ClusterLane', laneOf)
}

export function useFindings(): Asked<Finding> {
  return useAsked('ClusterFinding', findingOf)
}

function useAsked<T>(object: string, read: (row: Parameters<typeof nodeOf>[0]) => T): Asked<T> {
  const { data, error, refetch } = useRows(object, { limit: ROWS_MAX, everyMs: EVERY_MS })
  return {
    data: useMemo(() => data?.map(read), [data, read]),
    failure: useMemo(() => error === null ? null : failureOf(error), [error]),
    retry: () => { void refetch() },
  }
}
