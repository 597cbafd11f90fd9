/**
 * The rows of a list that are in view, below its head.
 * Keys: arrows, Page Up/Down, Home, End move; Enter opens; Space selects; Ctrl-A selects what is loaded; Esc clears.
 * Below 640 px each row is a card. The focus is on the grid, which names its active row, so it survives scrolling.
 */
import { useNavigate } from '@tanstack/react-router'
import type { VirtualItem } from '@tanstack/react-virtual'
import { useVirtualizer } from '@tanstack/react-virtual'
import type { CSSProperties, KeyboardEvent, MouseEvent } from 'react'
import { memo, useEffect, useId, useRef, useState } from 'react'
import { browserClock } from '../api/browser.ts'
import type { List, Row } from '../api/hooks.ts'
import { useTexts } from '../texts/language.ts'
import type { Column, ColumnModel } from './column-model.ts'
import { DataHead } from './data-head.tsx'
import css from './data-table.module.css'
import { InCell } from './in-cell.ts'
import { useNarrow } from './narrow.ts'
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
  const { active, toggle, onKeyDown, onClick } = useWays(props, {
    pageRows: () => Math.max(1, Math.floor((scroller.current?.clientHeight ?? ROW_PX) / rowPx) - 1),
    show: index => { virtual.scrollToIndex(index) },
  })
  const style: CSSProperties & { readonly '--tracks': string } = { '--tracks': selection === undefined ? tracks : `36px ${tracks}` }
  return (
    <div
      ref={scroller} className={`${css['scroller']} ${narrow ? css['cards'] : ''}`} style={style} tabIndex={0} role="grid" aria-label={label}
      aria-rowcount={total + 1} aria-colcount={shown.length} aria-activedescendant={`${id}-${active}`} aria-multiselectable={selection !== undefined}
      onKeyDown={onKeyDown} onClick={onClick}
    >
      <DataHead table={table} loaded={list.loaded} selection={selection} />
      <div role="rowgroup" className={css['body']} style={{ height: virtual.getTotalSize() }}>
        {items.map(item => (
          <GridRow
            key={item.key} item={item} id={`${id}-${item.index}`} active={item.index === active} row={list.rowAt(item.index)}
            columns={shown} narrow={narrow} selection={selection} toggle={toggle}
          />
        ))}
      </div>
    </div>
  )
}

function GridRow({ item, id, active, row, columns, narrow, selection, toggle }: {
  readonly item: VirtualItem
  readonly id: string
  readonly active: boolean
  readonly row: Row | undefined
  readonly columns: readonly Column[]
  readonly narrow: boolean
  readonly selection: Selection | undefined
  readonly toggle: (row: Row | undefined) => void
}) {
  const t = useTexts()
  const selected = row !== undefined && selection?.ids.has(row.id) === true
  return (
    <div
      data-index={item.index} id={id} role="row" aria-rowindex={item.index + 2} aria-selected={selection === undefined ? undefined : selected}
      className={`${css['row']} ${active ? css['active'] : ''}`} style={{ transform: `translateY(${item.start}px)`, height: item.size }}
    >
      {selection === undefined ? null : (
        <span role="gridcell" className={css['check']}>
          <input
            type="checkbox" tabIndex={-1} aria-label={t.list.selectRow} checked={selected} disabled={row === undefined}
            onChange={() => { toggle(row) }}
          />
        </span>
      )}
      <Cells row={row} columns={columns} narrow={narrow} />
    </div>
  )
}

/** Made once a row: scrolling moves those that are there already, and must not make them again. */
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
  const onClick = ({ target }: MouseEvent) => {
    const element = (target as Element).closest('[data-index]')
    if (element === null || (target as Element).closest('a, button, input, label') !== null) return
    const index = Number(element.getAttribute('data-index'))
    setActive(index)
    const row = list.rowAt(index)
    // Who marks text to copy it does not want to leave.
    if (row !== undefined && open !== undefined && getSelection()?.isCollapsed !== false) void navigate({ to: open(row) })
  }
  return { active, toggle, onKeyDown, onClick }
}

function toggled(ids: ReadonlySet<string>, id: string): ReadonlySet<string> {
  const next = new Set(ids)
  if (!next.delete(id)) next.add(id)
  return next
}
