/** All counts of runs since a time, however many pages they take. */
import type { UseQueryResult } from '@tanstack/react-query'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import type { JsonObject } from '../../../../src/base/json.ts'
import { objects, resultOf } from '../../../../src/jmap-client/reply.ts'
import { useServer } from '../../api/context.ts'
import { keys } from '../../api/keys.ts'

const PAGE_COUNTS = 500
/** A month of a busy cluster; what is older than these is left out. */
const COUNTS_MAX = 20_000
const NAME = 'x:TaskRunCount'

export function useRunCounts(filter: JsonObject): UseQueryResult<readonly JsonObject[]> {
  const { api } = useServer()
  return useQuery({
    queryKey: keys.method('TaskRunCount', 'all', filter), placeholderData: keepPreviousData,
    queryFn: async () => {
      const all: JsonObject[] = []
      for (;;) {
        const [ids, got] = await api.request([
          { name: `${NAME}/query`, args: { filter, position: all.length, limit: PAGE_COUNTS } },
          { name: `${NAME}/get`, args: { '#ids': { resultOf: 'c0', name: `${NAME}/query`, path: '/ids' }, properties: ['hour', 'outcome', 'runs', 'duration'] } },
        ])
        if (ids === undefined || got === undefined) return all
        resultOf(ids)
        const page = objects(resultOf(got)['list'])
        all.push(...page)
        if (page.length < PAGE_COUNTS || all.length >= COUNTS_MAX) return all
      }
    },
  })
}
