/**
 * The columns of a list as TanStack Table holds them: which are shown, how wide, and which one the list is ordered by. It is
 * given no rows: the server orders and filters them, and the grid draws those in view.
 */
import type { Column as TableColumn, ColumnDef, ReactTable, SortingState } from '@tanstack/react-table'
import {
  columnResizingFeature, columnSizingFeature, columnVisibilityFeature, functionalUpdate, metaHelper, rowSortingFeature, tableFeatures, useTable,
} from '@tanstack/react-table'
import type { ReactNode } from 'react'
import { useMemo } from 'react'
import type { Row } from '../api/hooks.ts'
import type { Sort } from './column-settings.ts'
import { changeColumnSettings, resetColumnSettings, useColumnSettings } from './column-settings.ts'

export interface Column {
  readonly key: string
  readonly label: string
  cell(this: void, row: Row): ReactNode
  /** A track of a CSS grid, until somebody sets a width; `minmax(120px, 1fr)` when left out. */
  readonly width?: string
  /** The property that the server sorts by; left out: it cannot. */
  readonly sort?: string
  readonly align?: 'end'
}
export interface ColumnModel {
  readonly table: ReactTable<typeof FEATURES, Row>
  /** Those that are shown; the same array until one is hidden or shown. */
  readonly shown: readonly Column[]
  /** The tracks of a CSS grid. */
  readonly tracks: string
  /** Back to how the list was made. */
  reset(this: void): void
}

const FEATURES = tableFeatures({
  columnVisibilityFeature, columnSizingFeature, columnResizingFeature, rowSortingFeature, columnMeta: metaHelper<{ readonly column: Column }>(),
})
export const COLUMN_MIN_PX = 64
export const COLUMN_MAX_PX = 1_200
const ELASTIC = 'minmax(120px, 1fr)'
const NO_ROWS: Row[] = []

export function useColumnModel({ name, columns, sort, onSort, onReset }: {
  readonly name: string
  readonly columns: readonly Column[]
  readonly sort: Sort | undefined
  readonly onSort: ((sort: Sort) => void) | undefined
  readonly onReset: (() => void) | undefined
}): ColumnModel {
  const { visible, widthsPx } = useColumnSettings(name)
  const sorting = useMemo(() => sortingOf(columns, sort), [columns, sort])
  const sortable = onSort !== undefined
  const definitions = useMemo(() => columns.map(column => definitionOf(column, sortable)), [columns, sortable])
  const table = useTable({
    features: FEATURES,
    columns: definitions,
    data: NO_ROWS,
    manualSorting: true,
    enableSortingRemoval: false,
    enableMultiSort: false,
    sortDescFirst: false,
    columnResizeMode: 'onChange',
    state: { columnVisibility: visible, columnSizing: widthsPx, sorting },
    onColumnVisibilityChange: change => { changeColumnSettings(name, { visible: functionalUpdate(change, visible) }) },
    onColumnSizingChange: change => { changeColumnSettings(name, { widthsPx: functionalUpdate(change, table.atoms.columnSizing.get()) }) },
    onSortingChange: change => {
      const [first] = functionalUpdate(change, sorting)
      const property = columns.find(({ key }) => key === first?.id)?.sort
      if (first !== undefined && property !== undefined) onSort?.({ property, isAscending: !first.desc })
    },
  })
  const leaves = table.getVisibleLeafColumns()
  const shown = useMemo(() => leaves.map(columnOf), [leaves])
  const tracks = leaves.map(leaf => widthsPx[leaf.id] === undefined ? columnOf(leaf).width ?? ELASTIC : `${leaf.getSize()}px`).join(' ')
  const reset = () => {
    resetColumnSettings(name)
    onReset?.()
  }
  return { table, shown, tracks, reset }
}

function definitionOf(column: Column, sortable: boolean): ColumnDef<typeof FEATURES, Row> {
  return {
    id: column.key,
    header: column.label,
    accessorFn: row => row[column.key],
    enableSorting: sortable && column.sort !== undefined,
    minSize: COLUMN_MIN_PX,
    maxSize: COLUMN_MAX_PX,
    meta: { column },
  }
}

export function columnOf({ id, columnDef: { meta } }: TableColumn<typeof FEATURES, Row>): Column {
  return meta?.column ?? { key: id, label: id, cell: () => null }
}

function sortingOf(columns: readonly Column[], sort: Sort | undefined): SortingState {
  const column = sort === undefined ? undefined : columns.find(each => each.sort === sort.property)
  return column === undefined || sort === undefined ? [] : [{ id: column.key, desc: !sort.isAscending }]
}
