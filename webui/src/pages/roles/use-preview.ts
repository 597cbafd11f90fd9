/** Asks what a draft would move: a moment after the last key, and again when the cluster has changed. */
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import type { JsonObject } from '../../../../src/base/json.ts'
import { browserClock } from '../../api/browser.ts'
import { useServer } from '../../api/context.ts'
import { keys } from '../../api/keys.ts'
import type { Preview } from './preview.ts'
import { previewOf } from './preview.ts'

const TYPING_MS = 300
/** Nodes come and go while somebody thinks. */
const EVERY_MS = 10_000
const NAME = 'x:ClusterRole/preview'

/** `change`: as in `/set`; null: there is nothing to ask. */
export function usePreview(change: JsonObject | null): { readonly preview: Preview | null; readonly asking: boolean; readonly error: Error | null } {
  const { api } = useServer()
  const settled = useSettled(change)
  const { data, isFetching, error } = useQuery({
    queryKey: keys.method('ClusterRole', NAME, settled ?? {}),
    queryFn: async () => previewOf(await api.call(NAME, settled ?? {})),
    enabled: settled !== null,
    placeholderData: keepPreviousData,
    refetchInterval: EVERY_MS,
  })
  const isOld = change === null || JSON.stringify(settled) !== JSON.stringify(change)
  return { preview: change === null ? null : data ?? null, asking: change !== null && (isFetching || isOld), error }
}

/** The value when it has not changed for a moment. */
function useSettled(value: JsonObject | null): JsonObject | null {
  const [settled, setSettled] = useState(value)
  const text = JSON.stringify(value)
  useEffect(() => browserClock.after(TYPING_MS, () => { setSettled(JSON.parse(text) as JsonObject | null) }), [text])
  return settled
}
