/** Questions and changes as React hooks. Object names come without prefix: `Task`, `ClusterNode`. */
import type { QueryClient, UseMutationResult, UseQueryResult } from '@tanstack/react-query'
import { keepPreviousData, useMutation, useQueries, useQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback, useMemo, useState } from 'react'
import type { JsonObject } from '../../../src/base/json.ts'
import type { SetOutcome } from '../../../src/jmap-client/client.ts'
import { ReplyMalformed } from '../../../src/jmap-client/errors.ts'
import { member, objects, refusal, resultOf, strings } from '../../../src/jmap-client/reply.ts'
import type { Api } from './api.ts'
import { browserClock } from './browser.ts'
import { useServer } from './context.ts'
import type { Failure } from './failure.ts'
import { failureOf, Refused } from './failure.ts'
import type { ListQuestion } from './keys.ts'
import { keys } from './keys.ts'
import { listTotal } from './list-total.ts'

export type Row = JsonObject & { readonly id: string }

/** A list of any length, of which only the pages are loaded that somebody looks at. */
export interface List {
  /** null: not known yet. */
  readonly total: number | null
  /** undefined: not loaded yet, or gone meanwhile. */
  rowAt(this: void, index: number): Row | undefined
  /** Tells which rows are looked at: first and last index. */
  show(this: void, first: number, last: number): void
  readonly failure: Failure | null
  /** What is shown may be old: the newest attempt to load it failed, or goes on. */
  readonly stale: boolean
  /** Rows that are loaded now, in order. */
  readonly loaded: readonly Row[]
  retry(this: void): void
}

export const PAGE_ROWS = 100

export function useList(object: string, question: ListQuestion): List {
  const { api } = useServer()
  const client = useQueryClient()
  const [[first, last], setRange] = useState<readonly [number, number]>([0, 0])
  const show = useCallback((from: number, to: number) => { setRange(now => samePages(now, [from, to]) ? now : [from, to]) }, [])
  const filter = question.filter ?? {}
  const count = useQuery({
    queryKey: keys.count(object, filter),
    queryFn: () => countOf(api, object, filter),
    placeholderData: keepPreviousData,
  })
  const total = count.data ?? null
  const firstPage = Math.floor(first / PAGE_ROWS)
  const lastPage = Math.max(firstPage, Math.floor(last / PAGE_ROWS))
  const indices = Array.from({ length: lastPage - firstPage + 1 }, (_, at) => firstPage + at)
  const pages = useQueries({
    queries: indices.map(index => ({
      queryKey: keys.page(object, question, index),
      queryFn: () => pageOf(api, object, question, index * PAGE_ROWS, PAGE_ROWS, anchorOf(client, object, question, index)),
    })),
  })
  const loaded = new Map(indices.map((index, at) => [index, pages[at]?.data]))
  const rowAt = (index: number) => {
    const page = Math.floor(index / PAGE_ROWS)
    const rows = loaded.get(page) ?? client.getQueryData<readonly Row[]>(keys.page(object, question, page))
    return rows?.[index % PAGE_ROWS]
  }
  const error = count.error ?? pages.find(page => page.error !== null)?.error ?? null
  return {
    total: listTotal(count.data ?? null, indices.map((index, at) => ({ index, rows: pages[at]?.data?.length })), PAGE_ROWS),
    rowAt,
    show,
    failure: error === null ? null : failureOf(error),
    stale: error !== null && total !== null,
    loaded: pages.flatMap(page => page.data ?? []),
    retry: () => { void client.invalidateQueries({ queryKey: keys.all(object) }) },
  }
}

/** `everyMs`: asked again so often while the page is seen, for what changes without a word, as numbers in a heartbeat do. */
export type RowsQuestion = ListQuestion & { readonly limit: number; readonly everyMs?: number }

/** The first rows of a list. */
export function useRows(object: string, question: RowsQuestion): UseQueryResult<readonly Row[]> {
  const { api } = useServer()
  const { limit, everyMs, ...rest } = question
  return useQuery({
    queryKey: keys.rows(object, rest, limit),
    queryFn: () => pageOf(api, object, rest, 0, limit),
    placeholderData: keepPreviousData,
    refetchInterval: everyMs ?? false,
  })
}

export function useCount(object: string, filter: JsonObject): UseQueryResult<number> {
  const { api } = useServer()
  return useQuery({
    queryKey: keys.count(object, filter),
    queryFn: () => countOf(api, object, filter),
    placeholderData: keepPreviousData,
  })
}

/** One object; null when it is gone. The id of a singleton is `singleton`. */
export function useObject(
  object: string, id: string, properties: readonly string[] | null = null, enabled = true,
): UseQueryResult<Row | null> {
  const { api } = useServer()
  return useQuery({
    enabled,
    queryKey: keys.one(object, id, properties),
    queryFn: async () => {
      const result = await api.call(`x:${object}/get`, { ids: [id], properties })
      const [row] = rowsOf(result)
      return row ?? null
    },
  })
}

/** Any method that reads, as in `useMethod('Task', 'x:Task/bulk', args)`; asked again when `object` changes, and every `everyMs`. */
export function useMethod(object: string, name: string, args: JsonObject, everyMs: number | false = false): UseQueryResult<JsonObject> {
  const { api } = useServer()
  return useQuery({ queryKey: keys.method(object, name, args), queryFn: () => api.call(name, args), refetchInterval: everyMs })
}

export type Save =
  | { readonly create: JsonObject }
  | { readonly id: string; readonly patch: JsonObject }

/** Creates or changes one object; gives what the server says of it. Throws Refused with the SetError. */
export function useSave(object: string): UseMutationResult<Row, Error, Save> {
  const { api } = useServer()
  const client = useQueryClient()
  return useMutation({
    mutationFn: async (save: Save) => {
      const isNew = 'create' in save
      const key = isNew ? 'n0' : save.id
      const result = await api.call(`x:${object}/set`, isNew ? { create: { [key]: save.create } } : { update: { [key]: save.patch } })
      const done = member(result, isNew ? 'created' : 'updated', key)
      if (done === undefined) throw new Refused(refusal(result, isNew ? 'notCreated' : 'notUpdated', key))
      const told = typeof done === 'object' && done !== null && !Array.isArray(done) ? done as JsonObject : {}
      const id = isNew ? told['id'] : save.id
      if (typeof id !== 'string') throw new ReplyMalformed(`x:${object}/set`, 'the new object has no id')
      return { ...told, id }
    },
    onSuccess: () => client.invalidateQueries({ queryKey: keys.all(object) }),
  })
}

/** The same patch for many; one outcome an id. */
export interface Change { readonly ids: readonly string[]; readonly patch: JsonObject }

export function useUpdateMany(object: string): UseMutationResult<readonly SetOutcome[], Error, Change> {
  const { api } = useServer()
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ ids, patch }: Change) => inParts(api, ids, async part => {
      const result = await api.call(`x:${object}/set`, { update: Object.fromEntries(part.map(id => [id, patch])) })
      return part.map(id => member(result, 'updated', id) === undefined
        ? { kind: 'refused', id, error: refusal(result, 'notUpdated', id) }
        : { kind: 'done', id, result: {} })
    }),
    onSettled: () => client.invalidateQueries({ queryKey: keys.all(object) }),
  })
}

export function useDestroy(object: string): UseMutationResult<readonly SetOutcome[], Error, readonly string[]> {
  const { api } = useServer()
  const client = useQueryClient()
  return useMutation({
    mutationFn: (ids: readonly string[]) => inParts(api, ids, async part => {
      const result = await api.call(`x:${object}/set`, { destroy: part })
      const destroyed = result['destroyed']
      const gone = new Set(Array.isArray(destroyed) ? destroyed : [])
      return part.map(id => gone.has(id)
        ? { kind: 'done', id, result: {} }
        : { kind: 'refused', id, error: refusal(result, 'notDestroyed', id) })
    }),
    onSettled: () => client.invalidateQueries({ queryKey: keys.all(object) }),
  })
}

/** Of one object; a refusal is thrown, as when it is saved. */
export function useDestroyOne(object: string): UseMutationResult<void, Error, string> {
  const { mutateAsync } = useDestroy(object)
  return useMutation({
    mutationFn: async (id: string) => {
      const [outcome] = await mutateAsync([id])
      if (outcome?.kind === 'refused') throw new Refused(outcome.error)
    },
  })
}

export function useFailure(error: Error | null): Failure | null {
  return useMemo(() => error === null ? null : failureOf(error), [error])
}

async function inParts(
  api: Api, ids: readonly string[], change: (part: readonly string[]) => Promise<SetOutcome[]>,
): Promise<readonly SetOutcome[]> {
  const { objectsInSetMax } = await api.session()
  const all: SetOutcome[] = []
  for (let from = 0; from < ids.length; from += objectsInSetMax) all.push(...await change(ids.slice(from, from + objectsInSetMax)))
  return all
}

async function countOf(api: Api, object: string, filter: JsonObject): Promise<number> {
  const result = await api.call(`x:${object}/query`, { filter, limit: 0, calculateTotal: true })
  const { total } = result
  if (typeof total !== 'number') throw new ReplyMalformed(`x:${object}/query`, 'total is missing')
  return total
}

/** Of these a node that gave the page before remembers where its end stood, also when that has moved or gone since. */
const REMEMBERED = ['Task']
/** It remembers for twice as long. */
const ANCHOR_MS_MAX = 300_000

/**
 * The last row of the page before, for a page that is loaded for the first time: a place costs the server all rows before
 * it. Pages that are there already are asked for by their place, all at once, so that no row is on two of them.
 */
function anchorOf(client: QueryClient, object: string, question: ListQuestion, index: number): string | null {
  if (index === 0 || !REMEMBERED.includes(object) || client.getQueryData(keys.page(object, question, index)) !== undefined) return null
  const before = client.getQueryState<readonly Row[]>(keys.page(object, question, index - 1))
  const isFresh = before !== undefined && browserClock.now() - before.dataUpdatedAt < ANCHOR_MS_MAX
  return isFresh && before.data?.length === PAGE_ROWS ? before.data.at(-1)?.id ?? null : null
}

async function pageOf(
  api: Api, object: string, { filter = {}, sort, properties = null }: ListQuestion, position: number, limit: number, anchor: string | null = null,
): Promise<readonly Row[]> {
  const name = `x:${object}/query`
  const [ids, got] = await api.request([
    { name, args: { filter, ...(anchor === null ? { position, limit } : { anchor, anchorOffset: 0, limit: limit + 1 }), ...(sort === undefined ? {} : { sort: [{ ...sort }] }) } },
    { name: `x:${object}/get`, args: { '#ids': { resultOf: 'c0', name, path: '/ids' }, properties } },
  ])
  if (ids === undefined || got === undefined) throw new ReplyMalformed(name, 'it is empty')
  const byId = new Map(rowsOf(resultOf(got)).map(row => [row.id, row]))
  const found = strings(resultOf(ids)['ids'])
  // Another node, and one that was started since, begins the list again when the anchor has gone.
  if (anchor !== null && found[0] !== anchor) return pageOf(api, object, { filter, properties, ...(sort === undefined ? {} : { sort }) }, position, limit)
  return found.slice(anchor === null ? 0 : 1).flatMap(id => byId.get(id) ?? [])
}

function rowsOf(result: JsonObject): Row[] {
  return objects(result['list']).filter((row): row is Row => typeof row['id'] === 'string')
}

function samePages([a, b]: readonly [number, number], [c, d]: readonly [number, number]): boolean {
  const page = (index: number) => Math.floor(index / PAGE_ROWS)
  return page(a) === page(c) && page(b) === page(d)
}
