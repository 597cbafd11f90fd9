/** Ctrl-K: goes to any page or object by its name, and does what the open page offers. */
import { useNavigate } from '@tanstack/react-router'
import { keepPreviousData, useQueries } from '@tanstack/react-query'
import { Box, CornerDownLeft, FileText, Zap } from 'lucide-react'
import type { KeyboardEvent, ReactNode } from 'react'
import { useDeferredValue, useId, useRef, useState } from 'react'
import type { JsonObject } from '../../../src/base/json.ts'
import type { Api } from '../api/api.ts'
import { useMay, useServer } from '../api/context.ts'
import { objects, resultOf } from '../../../src/jmap-client/reply.ts'
import type { Model } from '../../../src/jmap-client/model.ts'
import { labelOf } from '../lists/label.ts'
import { createAddress, objectAddress } from '../lists/places.ts'
import { searchFieldOf } from '../lists/search-field.ts'
import { wordsOf } from '../lists/words.ts'
import { Dialog } from '../parts/dialog.tsx'
import input from '../parts/input.module.css'
import { useTexts } from '../texts/language.ts'
import { useOfferedCommands } from './commands.ts'
import { matching } from './match.ts'
import { useOtherObjects, usePlaces } from './navigation.tsx'
import css from './palette.module.css'

interface Entry { readonly id: string; readonly label: string; readonly group: string; readonly icon: ReactNode; run(this: void): void }

/** Objects that people know by name. */
const NAMED = ['Account', 'Domain', 'Tenant', 'ClusterNode', 'ClusterRole', 'NetworkListener', 'Schedule'] as const
const OFFERED_MAX = 30
/** Of objects that the server cannot search, so many are loaded and searched here. */
const LOADED_MAX = 500
const TYPED_MIN_CHARS = 2

interface PaletteProps { readonly open: boolean; readonly onClose: () => void; readonly typed: string; readonly onType: (typed: string) => void }

export function Palette({ open, ...search }: PaletteProps) {
  const t = useTexts()
  return (
    <Dialog open={open} onClose={search.onClose} title={t.palette.title} wide>
      {open ? <Search {...search} /> : null}
    </Dialog>
  )
}

function Search({ onClose, typed, onType }: Omit<PaletteProps, 'open'>) {
  const t = useTexts()
  const [active, setActive] = useState(0)
  const list = useRef<HTMLDivElement>(null)
  const id = useId()
  const entries = useEntries(useDeferredValue(typed))
  const at = Math.min(active, Math.max(0, entries.length - 1))
  const run = (entry: Entry | undefined) => {
    if (entry === undefined) return
    onClose()
    entry.run()
  }
  const move = (to: number) => {
    const next = (to + entries.length) % Math.max(1, entries.length)
    setActive(next)
    list.current?.children[next]?.scrollIntoView({ block: 'nearest' })
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown') move(at + 1)
    else if (event.key === 'ArrowUp') move(at - 1)
    else if (event.key === 'Enter') run(entries[at])
    else return
    event.preventDefault()
  }
  return (
    <div className={css['search']}>
      <input
        className={input['input']} role="combobox" aria-expanded="true" aria-controls={id} aria-label={t.palette.placeholder} placeholder={t.palette.placeholder}
        aria-activedescendant={entries.length === 0 ? undefined : `${id}-${at}`} autoComplete="off" spellCheck={false} value={typed}
        onChange={event => {
          onType(event.target.value)
          setActive(0)
        }}
        onKeyDown={onKeyDown}
      />
      {entries.length === 0 ? <p role="status">{t.palette.nothing}</p> : null}
      <div ref={list} id={id} role="listbox" aria-label={t.palette.title} className={css['list']}>
        {entries.map((entry, index) => (
          // oxlint-disable-next-line jsx-a11y/click-events-have-key-events -- the keys are those of the input that controls the list
          <div
            key={entry.id} id={`${id}-${index}`} role="option" tabIndex={-1} aria-selected={index === at} className={css['entry']}
            onClick={() => { run(entry) }} onPointerMove={() => { setActive(index) }}
          >
            {entry.icon}
            <span className={css['label']}>{entry.label}</span>
            <span className={css['group']}>{entry.group}</span>
            {index === at ? <CornerDownLeft aria-hidden="true" /> : null}
          </div>
        ))}
      </div>
    </div>
  )
}

function useEntries(typed: string): readonly Entry[] {
  const t = useTexts()
  const navigate = useNavigate()
  const { model } = useServer()
  const may = useMay()
  const goTo = (to: string) => () => { void navigate({ to }) }
  const actions = useOfferedCommands().map((command): Entry => ({ ...command, group: t.palette.actions, icon: <Zap aria-hidden="true" /> }))
  const pages = [
    ...usePlaces().filter(({ path }) => !path.includes('$')).map(({ path, title }) => ({ to: path, label: t.nav[title] })),
    ...useOtherObjects().map(({ to, label }) => ({ to, label })),
  ].map(({ to, label }): Entry => ({ id: to, label, group: t.palette.pages, icon: <FileText aria-hidden="true" />, run: goTo(to) }))
  const creatable = model.objects().filter(({ name }) => name !== 'Task' && may(name, 'Create')).map(({ name }): Entry => ({
    id: createAddress(name), label: t.list.create(model.list(name)?.singularName ?? name), group: t.palette.actions, icon: <Zap aria-hidden="true" />, run: goTo(createAddress(name)),
  }))
  const named = useNamed(typed.trim()).map(({ object, id, label, found }): Entry & { readonly found: boolean } => ({
    found, id: `${object}/${id}`, label, group: wordsOf(model.list(object)?.singularName ?? object), icon: <Box aria-hidden="true" />, run: goTo(objectAddress(object, id)),
  }))
  const best = matching([...actions, ...pages, ...creatable, ...named], typed, each => `${each.label} ${each.group}`)
  // What the server finds may have the words elsewhere than in its name.
  return [...best, ...named.filter(each => each.found && !best.includes(each))].slice(0, OFFERED_MAX)
}

/** `found`: by the server, for what was typed. */
interface Named { readonly object: string; readonly id: string; readonly label: string; readonly found: boolean }

function useNamed(typed: string): readonly Named[] {
  const { api, model } = useServer()
  const may = useMay()
  const known = NAMED.filter(name => may(name, 'Query') && may(name, 'Get'))
  return useQueries({
    queries: known.map(object => {
      const field = searchFieldOf(model, object)
      const question = field === null ? { limit: LOADED_MAX } : { filter: { [field]: typed }, limit: OFFERED_MAX }
      return {
        queryKey: ['palette', object, question], enabled: typed.length >= TYPED_MIN_CHARS, staleTime: 30_000,
        placeholderData: keepPreviousData<readonly Named[]>, queryFn: () => loadNamed(api, model, object, question),
      }
    }),
  }).flatMap(({ data, isPlaceholderData }) => data?.map(each => isPlaceholderData ? { ...each, found: false } : each) ?? [])
}

async function loadNamed(api: Api, model: Model, object: string, question: JsonObject): Promise<readonly Named[]> {
  const name = `x:${object}/query`
  const [, got] = await api.request([{ name, args: question }, { name: `x:${object}/get`, args: { '#ids': { resultOf: 'c0', name, path: '/ids' } } }])
  const rows = got === undefined ? [] : objects(resultOf(got)['list'])
  const label = model.list(object)?.labelProperty ?? null
  return rows.map(row => ({ object, id: String(row['id']), label: labelOf(label, row), found: 'filter' in question }))
}
