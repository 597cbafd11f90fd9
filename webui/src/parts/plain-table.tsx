/** A short table that is there as a whole; for long or sortable lists there is DataTable. In a narrow window each row is a card. */
import type { ReactNode } from 'react'
import css from './plain-table.module.css'

export interface PlainColumn { readonly key: string; readonly label: string; readonly align?: 'end' }
/** Cells by the key of their column; the first column names the row. */
export interface PlainRow { readonly key: string; readonly cells: Readonly<Record<string, ReactNode>> }

/** `label`: what it lists, for screen readers. The roles are said, because cards are no table for a browser. */
export function PlainTable({ label, columns, rows }: { readonly label: string; readonly columns: readonly PlainColumn[]; readonly rows: readonly PlainRow[] }) {
  return (
    <table className={css['table']} role="table" aria-label={label}>
      <thead role="rowgroup">
        <tr role="row">
          {columns.map(({ key, label: name, align }) => <th key={key} role="columnheader" scope="col" className={align === 'end' ? css['end'] : undefined}>{name}</th>)}
        </tr>
      </thead>
      <tbody role="rowgroup">
        {rows.map(row => (
          <tr key={row.key} role="row">
            {columns.map(({ key, label: name, align }, index) => {
              const cell = <><span className={css['label']} aria-hidden="true">{name}</span><span>{row.cells[key]}</span></>
              return index === 0
                ? <th key={key} role="rowheader" scope="row">{cell}</th>
                : <td key={key} role="cell" className={align === 'end' ? css['end'] : undefined}>{cell}</td>
            })}
          </tr>
        ))}
      </tbody>
    </table>
  )
}
