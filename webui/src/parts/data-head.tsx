/**
 * The head of a list: a button orders by the column, the line at its end widens it, by dragging or with the arrow keys left and
 * right (with Shift in larger steps; Enter or a double click gives it back the width that it was made with). All these lines
 * are one stop of the Tab key; up and down lead from one to the next.
 */
import { ArrowDown, ArrowUp } from 'lucide-react'
import type { KeyboardEvent, MouseEvent, TouchEvent } from 'react'
import { memo, useRef, useState } from 'react'
import { flushSync } from 'react-dom'
import type { Row } from '../api/hooks.ts'
import { useTexts } from '../texts/language.ts'
import type { ColumnModel } from './column-model.ts'
import { COLUMN_MAX_PX, COLUMN_MIN_PX, columnOf } from './column-model.ts'
import css from './data-table.module.css'
import type { Selection } from './selection.ts'
import { useWidth } from './use-width.ts'

type Table = ColumnModel['table']
type Header = ReturnType<Table['getLeafHeaders']>[number]

const STEP_PX = 16
const LARGE_STEP_PX = 64

/** Not made again when the rows scroll. */
export const DataHead = memo(function DataHead({ table, loaded, selection }: {
  readonly table: Table
  readonly loaded: readonly Row[]
  readonly selection: Selection | undefined
}) {
  const t = useTexts()
  const [stop, setStop] = useState<string | null>(null)
  const headers = table.getLeafHeaders().filter(({ column }) => column.getIsVisible())
  const stopId = headers.find(({ id }) => id === stop)?.id ?? headers[0]?.id
  const all = selection !== undefined && selection.ids.size > 0 && loaded.every(row => selection.ids.has(row.id))
  return (
    <div role="rowgroup" className={css['head']}>
      <div role="row" aria-rowindex={1} className={css['headRow']}>
        {selection === undefined ? null : (
          <span role="columnheader" className={css['check']}>
            <input
              type="checkbox" aria-label={t.list.selectAll} checked={all}
              onChange={() => { selection.onChange(all ? new Set() : new Set(loaded.map(row => row.id))) }}
            />
          </span>
        )}
        {headers.map(header => <HeadCell key={header.id} header={header} table={table} isStop={header.id === stopId} onStop={setStop} />)}
      </div>
    </div>
  )
})

interface HeadCellProps {
  readonly header: Header
  readonly table: Table
  /** The Tab key stops at its edge. */
  readonly isStop: boolean
  readonly onStop: (id: string) => void
}

function HeadCell({ header, table, isStop, onStop }: HeadCellProps) {
  const { column } = header
  const cell = useRef<HTMLSpanElement>(null)
  const { label, align } = columnOf(column)
  const sorted = column.getIsSorted()
  return (
    <span
      ref={cell} role="columnheader" className={`${css['headCell']} ${align === 'end' ? css['end'] : ''}`}
      aria-sort={sorted === false ? undefined : sorted === 'asc' ? 'ascending' : 'descending'}
    >
      <span className={css['cell']}>
        {column.getCanSort() ? (
          <button type="button" className={css['sort']} onClick={() => { column.toggleSorting() }}>
            {label}
            {sorted === false ? null : sorted === 'asc' ? <ArrowUp aria-hidden="true" /> : <ArrowDown aria-hidden="true" />}
          </button>
        ) : label}
      </span>
      <Edge header={header} table={table} isStop={isStop} onStop={onStop} label={label} cell={cell} />
    </span>
  )
}

function Edge({ header, table, isStop, onStop, label, cell }: HeadCellProps & {
  readonly label: string
  readonly cell: { readonly current: HTMLElement | null }
}) {
  const t = useTexts()
  const { column } = header
  const widthPx = useWidth(cell)
  const setWidth = (px: number) => {
    table.setColumnSizing(now => ({ ...now, [column.id]: Math.min(Math.max(Math.round(px), COLUMN_MIN_PX), COLUMN_MAX_PX) }))
  }
  const drag = (event: MouseEvent | TouchEvent) => {
    // A column that stretches has no width of its own yet, from which the drag could go on.
    flushSync(() => { setWidth(cell.current?.offsetWidth ?? widthPx) })
    header.getResizeHandler()(event)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.shiftKey ? LARGE_STEP_PX : STEP_PX
    const now = cell.current?.offsetWidth ?? widthPx
    if (event.key === 'ArrowRight') setWidth(now + step)
    else if (event.key === 'ArrowLeft') setWidth(now - step)
    else if (event.key === 'Enter') column.resetSize()
    else if (event.key === 'ArrowDown') nextEdge(event.currentTarget, 1)?.focus()
    else if (event.key === 'ArrowUp') nextEdge(event.currentTarget, -1)?.focus()
    else return
    event.preventDefault()
  }
  return (
    <span
      role="separator" tabIndex={isStop ? 0 : -1} aria-orientation="vertical" aria-label={t.list.columnWidth(label)} title={t.list.columnKeys}
      aria-valuenow={widthPx} aria-valuemin={COLUMN_MIN_PX} aria-valuemax={COLUMN_MAX_PX}
      className={css['edge']} data-resizing={column.getIsResizing() || undefined}
      onMouseDown={drag} onTouchStart={drag} onDoubleClick={() => { column.resetSize() }} onKeyDown={onKeyDown} onFocus={() => { onStop(header.id) }}
    />
  )
}

function nextEdge(edge: Element, step: 1 | -1): HTMLElement | undefined {
  const edges = [...edge.closest('[role=row]')?.querySelectorAll<HTMLElement>('[role=separator]') ?? []]
  return edges[edges.findIndex(each => each === edge) + step]
}
