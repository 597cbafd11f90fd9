/** How long others took for what a process had. */
import type { Evidence } from './evidence.ts'

/** `sinceMs`: when it was lost, by the clock of this machine. */
export function takeover({ lives, grants, made, outcomes }: Evidence, process: string, sinceMs: number): string {
  const mine = new Set(lives.filter(life => life.process === process && life.kind === 'joined').map(life => life.incarnation))
  const buckets = Map.groupBy(grants, ({ lane, bucket }) => `${lane}/${bucket}`)
  const lost = new Set([...buckets].filter(([, list]) => mine.has(list.findLast(grant => grant.at <= sinceMs)?.holder ?? '')).map(([bucket]) => bucket))
  const taken = grants.filter(grant => grant.at > sinceMs && grant.holder !== null && lost.has(`${grant.lane}/${grant.bucket}`))
  const tasks = new Set(made.filter(({ lane, bucket }) => lost.has(`${lane}/${bucket}`)).map(({ task }) => task))
  const ended = outcomes.filter(outcome => outcome.at > sinceMs && outcome.writer !== process && tasks.has(outcome.task))
  const after = (times: readonly number[], which: 'min' | 'max') => `${Math[which](...times) - sinceMs} ms`
  if (taken.length === 0) return 'nothing of it was taken over'
  const [first, last] = [after(taken.map(({ at }) => at), 'min'), after(taken.map(({ at }) => at), 'max')]
  const done = ended.length > 0 ? `, the first of its tasks ended after ${after(ended.map(({ at }) => at), 'min')}` : ''
  return `${process}: ${lost.size} leases taken over after ${first} to ${last}${done}`
}
