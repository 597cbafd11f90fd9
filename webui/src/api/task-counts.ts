/** How many tasks are about an account or a domain: asked with the other calls of the same tick, and again every quarter of a minute. */
import type { UseQueryResult } from '@tanstack/react-query'
import { useQuery } from '@tanstack/react-query'
import { resultOf } from '../../../src/jmap-client/reply.ts'
import { useServer } from './context.ts'

export interface TaskCounts { readonly waiting: number; readonly running: number; readonly failed: number }
export type TaskSubject = { readonly accountId: string } | { readonly domainId: string }

const EVERY_MS = 15_000

export function useTaskCounts(about: TaskSubject): UseQueryResult<TaskCounts> {
  const { api } = useServer()
  return useQuery({
    queryKey: ['taskCounts', about], staleTime: EVERY_MS, refetchInterval: EVERY_MS,
    queryFn: async () => {
      const filters = [{ ...about }, { ...about, running: true }, { ...about, status: 'Failed' }]
      const calls = filters.map(filter => ({ name: 'x:Task/query', args: { filter, limit: 0, calculateTotal: true } }))
      const [all = 0, running = 0, failed = 0] = (await api.request(calls)).map(reply => Number(resultOf(reply)['total']))
      return { waiting: Math.max(0, all - running - failed), running, failed }
    },
  })
}
