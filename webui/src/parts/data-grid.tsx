/**
 * The rows of a list that are in view, below its head.
 * Keys: arrows, Page Up/Down, Home, End move; Enter opens; Space selects; Ctrl-A selects what is loaded; Esc clears.
 * Below 640 px each row is a card. The focus is on the grid, which names its active row, so it survives scrolling.
 */
import { useNavigate, useRouter } from '@tanstack/react-router'
import type { VirtualItem } from '@tanstack/react-virtual'
import { useVirtualizer } from '@tanstack/react-virtual'
import type { ChangeEvent, CSSProperties, FocusEvent, KeyboardEvent, MouseEvent, PointerEvent } from 'react'
import { memo, useEffect, useId, useLayoutEffect, useRef, useState } from 'react'
import { browserClock } from '../api/browser.ts'
import type { List, Row } from '../api/hooks.ts'
import { useLanguage, useTexts } from '../texts/language.ts'
import type { Column, ColumnModel } from './column-model.ts'
import { DataHead } from './data-head.tsx'
import css from './data-table.module.css'
import { InCell } from './in-cell.ts'
import { absoluteText, utcText } from './moment.ts'
import { useNarrow } from './narrow.ts'
import type { Slotted } from './row-slots.ts'
import { slotted } from './row-slots.ts'
import type { Selection } from './selection.ts'

interface GridProps {
  readonly label: string
  readonly list: List
  readonly total: number
  readonly model: ColumnModel
  readonly open: ((row: Row) => string) | undefined
  readonly selection: Selection | undefined
}

const ROW_PX = 36
const CARD_PX = 112
const OVERSCAN_ROWS = 8
const ASK_EVERY_MS = 150

export function DataGrid(props: GridProps) {
  const { label, list, total, model: { table, shown, tracks }, selection } = props
  const narrow = useNarrow()
  const id = useId()
  const scroller = useRef<HTMLDivElement>(null)
  const rowPx = narrow ? CARD_PX : ROW_PX
  const virtual = useVirtualizer({ count: total, getScrollElement: () => scroller.current, estimateSize: () => rowPx, overscan: OVERSCAN_ROWS })
  const items = virtual.getVirtualItems()
  useAsking(list, items[0]?.index ?? 0, items.at(-1)?.index ?? 0)
  useEffect(() => { virtual.measure() }, [virtual, rowPx])
  const slots = useSlots(items, virtual.isScrolling)
  const keepFocus = useFocusKept(scroller, slots)
  const { active, onKeyDown, onClick, onChange } = useWays(props, {
    pageRows: () => Math.max(1, Math.floor((scroller.current?.clientHeight ?? ROW_PX) / rowPx) - 1),
    show: index => { virtual.scrollToIndex(index) },
  })
  const style: CSSProperties & { readonly '--tracks': string } = { '--tracks': selection === undefined ? tracks : `36px ${tracks}` }
  return (
    <div
      ref={scroller} className={`${css['scroller']} ${narrow ? css['cards'] : ''}`} style={style} tabIndex={0} role="grid" aria-label={label}
      aria-rowcount={total + 1} aria-colcount={shown.length} aria-activedescendant={`${id}-${active}`} aria-multiselectable={selection !== undefined}
      onKeyDown={onKeyDown} onClick={onClick} {...usePointed()}
    >
      <DataHead table={table} loaded={list.loaded} selection={selection} />
      <div role="rowgroup" className={css['body']} style={{ height: virtual.getTotalSize() }} onChange={onChange} {...keepFocus}>
        {slots.map(({ item: { index, start, size }, slot }) => {
          const row = list.rowAt(index)
          return (
            <GridRow
              key={slot} index={index} startPx={start} heightPx={size} id={`${id}-${index}`} active={index === active} row={row} columns={shown} narrow={narrow}
              selected={selection === undefined ? undefined : row !== undefined && selection.ids.has(row.id)}
            />
          )
        })}
      </div>
    </div>
  )
}

function heardByGrid(): void {}

/** What is the same as before is not made again: most rows, while the list scrolls. */
const GridRow = memo(function GridRow({ index, startPx, heightPx, id, active, row, columns, narrow, selected }: {
  readonly index: number
  readonly startPx: number
  readonly heightPx: number
  readonly id: string
  readonly active: boolean
  readonly row: Row | undefined
  readonly columns: readonly Column[]
  readonly narrow: boolean
  /** undefined: none can be. */
  readonly selected: boolean | undefined
}) {
  const t = useTexts()
  return (
    <div
      data-index={index} id={id} role="row" aria-rowindex={index + 2} aria-selected={selected}
      className={`${css['row']} ${active ? css['active'] : ''}`} style={{ transform: `translateY(${startPx}px)`, height: heightPx }}
    >
      {selected === undefined ? null : (
        <span role="gridcell" className={css['check']}>
          <input type="checkbox" tabIndex={-1} aria-label={t.list.selectRow} checked={selected} disabled={row === undefined} onChange={heardByGrid} />
        </span>
      )}
      <Cells row={row} columns={columns} narrow={narrow} />
    </div>
  )
})

/** A row that becomes the active one, or is selected, shows the same as before. */
const Cells = memo(function Cells({ row, columns, narrow }: {
  readonly row: Row | undefined
  readonly columns: readonly Column[]
  readonly narrow: boolean
}) {
  return (
    <InCell value>
      {columns.map(column => (
        <span key={column.key} role="gridcell" className={`${css['cell']} ${column.align === 'end' ? css['end'] : ''}`}>
          {narrow ? <span className={css['cardLabel']}>{column.label}</span> : null}
          {row === undefined ? <span className={css['blank']} aria-hidden="true" /> : column.cell(row)}
        </span>
      ))}
    </InCell>
  )
})

function useAsking({ show }: List, first: number, last: number): void {
  const askedAtMs = useRef(0)
  useEffect(() => {
    // Who scrolls far passes rows by that nobody looks at: they are not asked for.
    const waitMs = askedAtMs.current + ASK_EVERY_MS - browserClock.monotonicMs()
    return browserClock.after(waitMs, () => {
      askedAtMs.current = browserClock.monotonicMs()
      show(first, last)
    })
  }, [show, first, last])
}

function useSlots(items: readonly VirtualItem[], isScrolling: boolean): readonly Slotted<VirtualItem>[] {
  const [slots, setSlots] = useState(1)
  const [first, setFirst] = useState(0)
  if (items.length > slots) setSlots(items.length)
  const now = (items[0]?.index ?? 0) % slots
  if (!isScrolling && now !== first) setFirst(now)
  return slotted(items, slots, first)
}

/**
 * The element of a row that has gone shows another one, and so may that of a row that stays, when a larger window needs more
 * slots: the focus that was in it goes to the grid.
 */
function useFocusKept(scroller: { readonly current: HTMLElement | null }, slots: readonly Slotted<VirtualItem>[]) {
  const focused = useRef<number | null>(null)
  useLayoutEffect(() => {
    if (focused.current === null || (document.activeElement !== null && indexAt(document.activeElement) === focused.current)) return
    scroller.current?.focus({ preventScroll: true })
  }, [scroller, slots])
  return {
    onFocus: ({ target }: FocusEvent) => { focused.current = indexAt(target) },
    onBlur: () => { focused.current = null },
  }
}

/**
 * What the pointer is on: the page of a link is fetched, and a moment tells all of itself, for as long as the pointer is there.
 * Done here, not by each of hundreds of cells.
 */
function usePointed() {
  const router = useRouter()
  const language = useLanguage()
  const moment = useRef<HTMLTimeElement | null>(null)
  const tell = () => {
    if (moment.current === null) return
    const ms = Date.parse(moment.current.dateTime)
    moment.current.title = `${absoluteText(ms, language)} · ${utcText(ms)}`
  }
  // It may show another row by now, or its row another time.
  useLayoutEffect(tell)
  return {
    onPointerOver: ({ target }: PointerEvent) => {
      if (!(target instanceof Element)) return
      const to = target.closest('a[href]')?.getAttribute('href')
      if (to !== null && to !== undefined) void router.preloadRoute({ to })
      if (!(target instanceof HTMLTimeElement)) return
      moment.current = target
      tell()
    },
    onPointerOut: () => {
      moment.current?.removeAttribute('title')
      moment.current = null
    },
  }
}

/** What keys and clicks do: the row that is active, opening it, and selecting. */
function useWays({ list, total, open, selection }: GridProps, { pageRows, show }: { pageRows(this: void): number; show(this: void, index: number): void }) {
  const navigate = useNavigate()
  const [active, setActive] = useState(0)
  const move = (to: number) => {
    const index = Math.min(Math.max(to, 0), total - 1)
    setActive(index)
    show(index)
  }
  const toggle = (row: Row | undefined) => {
    if (row !== undefined && selection !== undefined) selection.onChange(toggled(selection.ids, row.id))
  }
  const onChange = ({ target }: ChangeEvent) => { toggle(list.rowAt(indexAt(target) ?? -1)) }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target !== event.currentTarget) return
    const page = pageRows()
    const steps: Readonly<Record<string, number>> = {
      ArrowDown: active + 1, ArrowUp: active - 1, PageDown: active + page, PageUp: active - page, Home: 0, End: total - 1,
    }
    const to = steps[event.key]
    const row = list.rowAt(active)
    if (to !== undefined) move(to)
    else if (event.key === 'Enter' && row !== undefined && open !== undefined) void navigate({ to: open(row) })
    else if (event.key === ' ') toggle(row)
    else if (event.key === 'a' && (event.ctrlKey || event.metaKey)) selection?.onChange(new Set(list.loaded.map(each => each.id)))
    else if (event.key === 'Escape' && selection !== undefined && selection.ids.size > 0) selection.onChange(new Set())
    else return
    event.preventDefault()
  }
  const onClick = (event: MouseEvent) => {
    const { target, defaultPrevented, button, ctrlKey, metaKey, shiftKey, altKey } = event
    const index = indexAt(target as Element)
    if (index === null || defaultPrevented) return
    const link = (target as Element).closest('a')
    const to = link?.getAttribute('href')
    if (to !== null && to !== undefined && button === 0 && !ctrlKey && !metaKey && !shiftKey && !altKey) {
      event.preventDefault()
      void navigate({ to })
    }
    setActive(index)
    if (link !== null || (target as Element).closest('button, input, label') !== null) return
    const row = list.rowAt(index)
    // Who marks text to copy it does not want to leave.
    if (row !== undefined && open !== undefined && getSelection()?.isCollapsed !== false) void navigate({ to: open(row) })
  }
  return { active, onKeyDown, onClick, onChange }
}

/** Of the row that it stands in. */
function indexAt(element: Element): number | null {
  const index = element.closest('[data-index]')?.getAttribute('data-index')
  return index === null || index === undefined ? null : Number(index)
}

function toggled(ids: ReadonlySet<string>, id: string): ReadonlySet<string> {
  const next = new Set(ids)
  if (!next.delete(id)) next.add(id)
  return next
}
