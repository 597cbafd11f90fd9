/** A table of few rows, all of them in the page; below 640 px each row is a card. For long lists there is DataTable. */
import type { ReactNode } from 'react'
import css from './simple-table.module.css'

export interface SimpleColumn<T> {
  readonly key: string
  readonly label: string
  /** null: there is nothing to say. */
  cell(this: void, item: T): ReactNode
  readonly align?: 'end'
  /** As wide as what is in it. */
  readonly tight?: boolean
  /** The label is for screen readers only, as over buttons. */
  readonly unnamed?: boolean
}

const NOTHING = '–'

export function SimpleTable<T>({ label, columns, rows, rowKey, mark }: {
  /** What is listed, for screen readers. */
  readonly label: string
  /** The first one names the row. */
  readonly columns: readonly SimpleColumn<T>[]
  readonly rows: readonly T[]
  readonly rowKey: (item: T) => string
  /** Rows that stand out, as those that somebody has just changed. */
  readonly mark?: (item: T) => boolean
}) {
  return (
    <div className={css['scroller']}>
      <table className={css['table']} role="table" aria-label={label}>
        <thead role="rowgroup">
          <tr role="row">
            {columns.map(({ key, label: name, align, tight, unnamed }) => (
              <th key={key} role="columnheader" scope="col" className={classOf(align, tight)}><span className={unnamed === true ? 'unseen' : undefined}>{name}</span></th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {rows.map(item => (
            <tr key={rowKey(item)} role="row" className={mark?.(item) === true ? css['marked'] : undefined}>
              {columns.map(({ key, label: name, cell, align, tight, unnamed }, index) => {
                const content = cell(item)
                return (
                  <td key={key} role={index === 0 ? 'rowheader' : 'cell'} className={`${classOf(align, tight)} ${content === null ? css['none'] : ''}`}>
                    <span className={css['name']} aria-hidden="true">{unnamed === true ? '' : name}</span>
                    <span className={css['value']}>{content ?? (unnamed === true ? '' : NOTHING)}</span>
                  </td>
                )
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function classOf(align: 'end' | undefined, tight: boolean | undefined): string {
  return [align === 'end' ? css['end'] : '', tight === true ? css['tight'] : ''].join(' ')
}
