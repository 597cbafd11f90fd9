/**
 * A list of any length. Only the rows in view are in the page, and only the pages around them are loaded. Its columns are
 * hidden, widened and put back from its menu and its head; that stays with the browser.
 */
import type { ReactNode } from 'react'
import type { List, Row } from '../api/hooks.ts'
import { useTexts } from '../texts/language.ts'
import type { Column } from './column-model.ts'
import { useColumnModel } from './column-model.ts'
import type { Sort } from './column-settings.ts'
import { ColumnsMenu } from './columns-menu.tsx'
import { DataGrid } from './data-grid.tsx'
import css from './data-table.module.css'
import { FailurePanel } from './failure-panel.tsx'
import type { Selection } from './selection.ts'
import { EmptyState, Skeleton } from './states.tsx'

interface DataTableProps {
  /** What is listed, for screen readers. */
  readonly label: string
  /** By it the browser keeps what is made of the columns. */
  readonly name: string
  readonly list: List
  readonly columns: readonly Column[]
  /** The address that a row opens. */
  readonly open?: (row: Row) => string
  readonly selection?: Selection
  readonly sort?: Sort | undefined
  readonly onSort?: (sort: Sort) => void
  /** The columns were put back, and nothing that was kept is left. */
  readonly onReset?: () => void
  /** Stands beside the menu of columns, above the rows. */
  readonly toolbar?: ReactNode
  readonly empty?: ReactNode
}

export function DataTable({ name, label, list, columns, open, selection, sort, onSort, onReset, toolbar, empty }: DataTableProps) {
  const t = useTexts()
  const model = useColumnModel({ name, columns, sort, onSort, onReset })
  return (
    <div className={css['frame']}>
      <div className={css['toolbar']}>
        <div className={css['tools']}>{toolbar}</div>
        <ColumnsMenu model={model} />
      </div>
      {list.failure === null ? null : <FailurePanel failure={list.failure} onRetry={list.retry} />}
      {list.total === null
        ? list.failure === null ? <Skeleton lines={12} /> : null
        : list.total === 0
          ? empty ?? <EmptyState title={t.list.empty} />
          : <DataGrid label={label} list={list} total={list.total} model={model} open={open} selection={selection} />}
    </div>
  )
}
