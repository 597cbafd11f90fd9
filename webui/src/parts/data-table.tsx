/**
 * A list of any length. Only the rows in view are in the page, and only the pages around them are loaded.
 * Keys: arrows, Page Up/Down, Home, End move; Enter opens; Space selects; Ctrl-A selects what is loaded; Esc clears.
 * Below 640 px each row is a card. The focus is on the grid, which names its active row, so it survives scrolling.
 */
import { useNavigate } from '@tanstack/react-router'
import { useVirtualizer } from '@tanstack/react-virtual'
import { ArrowDown, ArrowUp } from 'lucide-react'
import type { KeyboardEvent, MouseEvent, ReactNode } from 'react'
import { memo, useEffect, useId, useRef, useState } from 'react'
import { browserClock } from '../api/browser.ts'
import type { List, Row } from '../api/hooks.ts'
import { useTexts } from '../texts/language.ts'
import { EmptyState, Skeleton } from './states.tsx'
import { FailurePanel } from './failure-panel.tsx'
import css from './data-table.module.css'
import { InCell } from './in-cell.ts'
import { useNarrow } from './narrow.ts'

export interface Column {
  readonly key: string
  readonly label: string
  cell(this: void, row: Row): ReactNode
  /** A track of a CSS grid; `minmax(120px, 1fr)` when left out. */
  readonly width?: string
  /** The property that the server sorts by; left out: it cannot. */
  readonly sort?: string
  readonly align?: 'end'
}
export interface Sort { readonly property: string; readonly isAscending: boolean }
export interface Selection {
  readonly ids: ReadonlySet<string>
  onChange(this: void, ids: ReadonlySet<string>): void
}
export interface DataTableProps {
  /** What is listed, for screen readers. */
  readonly label: string
  readonly list: List
  readonly columns: readonly Column[]
  /** The address that a row opens. */
  readonly open?: (row: Row) => string
  readonly selection?: Selection
  readonly sort?: Sort | undefined
  readonly onSort?: (sort: Sort) => void
  readonly empty?: ReactNode
}

const ROW_PX = 36
const CARD_PX = 112
const OVERSCAN_ROWS = 8
const ASK_EVERY_MS = 150

export function DataTable(props: DataTableProps) {
  const { label, list, columns, open, selection, empty } = props
  const t = useTexts()
  const navigate = useNavigate()
  const narrow = useNarrow()
  const id = useId()
  const scroller = useRef<HTMLDivElement>(null)
  const [active, setActive] = useState(0)
  const total = list.total ?? 0
  const rowPx = narrow ? CARD_PX : ROW_PX
  const virtual = useVirtualizer({ count: total, getScrollElement: () => scroller.current, estimateSize: () => rowPx, overscan: OVERSCAN_ROWS })
  const shown = virtual.getVirtualItems()
  const first = shown[0]?.index ?? 0
  const last = shown.at(-1)?.index ?? 0
  const { show } = list
  const askedAtMs = useRef(0)
  useEffect(() => {
    // Who scrolls far passes rows by that nobody looks at: they are not asked for.
    const waitMs = askedAtMs.current + ASK_EVERY_MS - browserClock.monotonicMs()
    return browserClock.after(waitMs, () => {
      askedAtMs.current = browserClock.monotonicMs()
      show(first, last)
    })
  }, [show, first, last])
  useEffect(() => { virtual.measure() }, [virtual, rowPx])

  if (list.total === null) {
    return list.failure === null ? <Skeleton lines={12} /> : <FailurePanel failure={list.failure} onRetry={list.retry} />
  }
  if (total === 0) return empty ?? <EmptyState title={t.list.empty} />

  const move = (to: number) => {
    const index = Math.min(Math.max(to, 0), total - 1)
    setActive(index)
    virtual.scrollToIndex(index)
  }
  const toggle = (row: Row | undefined) => {
    if (row !== undefined && selection !== undefined) selection.onChange(toggled(selection.ids, row.id))
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target !== event.currentTarget) return
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? ROW_PX) / rowPx) - 1)
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
  const tracks = [...(selection === undefined ? [] : ['36px']), ...columns.map(column => column.width ?? 'minmax(120px, 1fr)')].join(' ')

  return (
    <div className={css['frame']}>
      {list.failure === null ? null : <FailurePanel failure={list.failure} onRetry={list.retry} />}
      <div
        ref={scroller} className={`${css['scroller']} ${narrow ? css['cards'] : ''}`} tabIndex={0} role="grid" aria-label={label}
        aria-rowcount={total + 1} aria-colcount={columns.length} aria-activedescendant={`${id}-${active}`} aria-multiselectable={selection !== undefined}
        onKeyDown={onKeyDown} onClick={onClick}
      >
        <Head {...props} tracks={tracks} />
        <div role="rowgroup" className={css['body']} style={{ height: virtual.getTotalSize() }}>
          {shown.map(item => {
            const row = list.rowAt(item.index)
            const selected = row !== undefined && selection?.ids.has(row.id) === true
            return (
              <div
                key={item.key} data-index={item.index} id={`${id}-${item.index}`} role="row" aria-rowindex={item.index + 2} aria-selected={selection === undefined ? undefined : selected}
                className={`${css['row']} ${item.index === active ? css['active'] : ''}`}
                style={{ transform: `translateY(${item.start}px)`, height: item.size, gridTemplateColumns: narrow ? undefined : tracks }}
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
          })}
        </div>
      </div>
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

function Head({ columns, selection, sort, onSort, list, tracks }: DataTableProps & { readonly tracks: string }) {
  const t = useTexts()
  const all = selection !== undefined && selection.ids.size > 0 && list.loaded.every(row => selection.ids.has(row.id))
  return (
    <div role="rowgroup" className={css['head']}>
      <div role="row" aria-rowindex={1} className={css['headRow']} style={{ gridTemplateColumns: tracks }}>
        {selection === undefined ? null : (
          <span role="columnheader" className={css['check']}>
            <input
              type="checkbox" aria-label={t.list.selectAll} checked={all}
              onChange={() => { selection.onChange(all ? new Set() : new Set(list.loaded.map(row => row.id))) }}
            />
          </span>
        )}
        {columns.map(column => {
          const { sort: property } = column
          const sorted = property !== undefined && sort?.property === property
          return (
            <span
              key={column.key} role="columnheader" className={`${css['cell']} ${column.align === 'end' ? css['end'] : ''}`}
              aria-sort={sorted ? (sort.isAscending ? 'ascending' : 'descending') : undefined}
            >
              {property === undefined || onSort === undefined ? column.label : (
                <button
                  type="button" className={css['sort']}
                  onClick={() => { onSort({ property, isAscending: sorted ? !sort.isAscending : true }) }}
                >
                  {column.label}
                  {sorted ? (sort.isAscending ? <ArrowUp aria-hidden="true" /> : <ArrowDown aria-hidden="true" />) : null}
                </button>
              )}
            </span>
          )
        })}
      </div>
    </div>
  )
}

function toggled(ids: ReadonlySet<string>, id: string): ReadonlySet<string> {
  const next = new Set(ids)
  if (!next.delete(id)) next.add(id)
  return next
}
