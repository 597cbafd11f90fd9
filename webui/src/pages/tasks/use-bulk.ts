/** The course of one action on many tasks: counted, asked for, under way, held, over. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import type { JsonObject } from '../../../../src/base/json.ts'
import { MethodFailed } from '../../../../src/jmap-client/errors.ts'
import { serverClock } from '../../api/browser.ts'
import { useServer } from '../../api/context.ts'
import type { Failure } from '../../api/failure.ts'
import { failureOf } from '../../api/failure.ts'
import { keys } from '../../api/keys.ts'
import type { BulkAction, BulkCount, BulkOrder, BulkSums, BulkTarget } from './bulk.ts'
import { BulkRun, countBulk } from './bulk.ts'

export interface BulkQuestion { readonly action: BulkAction; readonly target: BulkTarget }
export type Stage =
  /** `again`: more match than were counted before; nothing more was done, and they were counted anew. */
  | { readonly at: 'asking'; readonly again: boolean }
  | { readonly at: 'working'; readonly stopping: boolean }
  | { readonly at: 'held'; readonly failure: Failure | null }
  | { readonly at: 'over' }

/** What an action changes: these lists are read again. */
const CHANGED = ['Task', 'TaskFailure', 'TaskRun']

export function useBulk({ action, target }: BulkQuestion) {
  const { api } = useServer()
  const client = useQueryClient()
  const [stage, setStage] = useState<Stage>({ at: 'asking', again: false })
  const [sums, setSums] = useState<BulkSums | null>(null)
  const run = useRef<BulkRun | null>(null)
  const stopper = useRef(new AbortController())
  // Who leaves the page has nothing left to stop it with.
  useEffect(() => () => { stopper.current.abort() }, [])
  const call = (name: string, args: JsonObject) => api.call(name, args)
  // Outside of what live changes ask anew: what is confirmed is what was counted.
  const count = useQuery({
    queryKey: ['bulk', action, target], gcTime: 0, staleTime: Infinity, refetchOnWindowFocus: false,
    queryFn: () => countBulk(call, target, { action }),
  })

  const goOn = async () => {
    stopper.current = new AbortController()
    setStage({ at: 'working', stopping: false })
    try {
      await run.current?.run(stopper.current.signal, setSums)
      setStage(run.current?.over === true ? { at: 'over' } : { at: 'held', failure: null })
    } catch (error) {
      if (error instanceof MethodFailed && error.type === 'stateMismatch') {
        await count.refetch()
        setStage({ at: 'asking', again: true })
      } else setStage({ at: 'held', failure: failureOf(error) })
    }
    await Promise.all(CHANGED.map(object => client.invalidateQueries({ queryKey: keys.all(object) })))
  }
  return {
    stage, sums, count, goOn,
    begin: (order: BulkOrder, counted: BulkCount) => {
      run.current = new BulkRun(call, target, order, counted, serverClock.now())
      return goOn()
    },
    /** The step under way still ends. */
    stop: () => {
      stopper.current.abort()
      setStage(now => now.at === 'working' ? { at: 'working', stopping: true } : now)
    },
  }
}
