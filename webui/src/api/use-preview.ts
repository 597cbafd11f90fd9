/** Asks `x:<Object>/preview` what a draft would do: a moment after the last key, and again when the cluster has changed. */
import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import type { JsonObject } from '../../../src/base/json.ts'
import { browserClock } from './browser.ts'
import { useServer } from './context.ts'
import { keys } from './keys.ts'

const TYPING_MS = 300
/** Nodes come and go while somebody thinks. */
const EVERY_MS = 10_000

export interface Asked<T> {
  /** null: not known yet, or there is nothing to ask. */
  readonly preview: T | null
  readonly asking: boolean
  readonly error: Error | null
  /** Of the change as it is this moment, for who saves quicker than it is shown; null: the server cannot tell. */
  ask(this: void): Promise<T | null>
}

/** `change`: as in `/set`; null: there is nothing to ask. `read`: what the reply says. */
export function usePreview<T>(object: string, change: JsonObject | null, read: (reply: JsonObject) => T): Asked<T> {
  const { api } = useServer()
  const client = useQueryClient()
  const name = `x:${object}/preview`
  const settled = useSettled(change)
  const question = (args: JsonObject) => ({ queryKey: keys.method(object, name, args), queryFn: async () => read(await api.call(name, args)) })
  const { data, isFetching, error } = useQuery({
    ...question(settled ?? {}),
    enabled: settled !== null,
    placeholderData: keepPreviousData,
    refetchInterval: EVERY_MS,
  })
  const isOld = change === null || JSON.stringify(settled) !== JSON.stringify(change)
  const ask = async () => {
    if (change === null) return null
    // Whatever goes wrong is said by what is saved next: this only looks ahead.
    return client.fetchQuery(question(change)).catch(() => null)
  }
  return { preview: change === null ? null : data ?? null, asking: change !== null && (isFetching || isOld), error, ask }
}

/** The value when it has not changed for a moment. */
function useSettled(value: JsonObject | null): JsonObject | null {
  const [settled, setSettled] = useState(value)
  const text = JSON.stringify(value)
  useEffect(() => browserClock.after(TYPING_MS, () => { setSettled(JSON.parse(text) as JsonObject | null) }), [text])
  return settled
}
