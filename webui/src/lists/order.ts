/** By what a list is ordered: by what its address says, else as it was left in this browser, else as its page wants it. */
import { changeColumnSettings, useColumnSettings } from '../parts/column-settings.ts'
import type { Sort } from '../parts/column-settings.ts'
import type { Query } from './address.ts'
import { sortOf, withoutSort, withSort } from './address.ts'

export interface Order {
  readonly sort: Sort | undefined
  onSort(this: void, sort: Sort): void
  onReset(this: void): void
}

/** For DataTable, of the same `name`. `sortable`: the properties that the server orders by. */
export function useOrder(
  { name, sortable, query, goTo, otherwise }: {
    readonly name: string
    readonly sortable: readonly string[]
    readonly query: Query
    readonly goTo: (query: Query) => void
    readonly otherwise?: Sort
  },
): Order {
  const { sort: kept } = useColumnSettings(name)
  const left = kept !== null && sortable.includes(kept.property) ? kept : undefined
  return {
    sort: sortOf(query) ?? left ?? otherwise,
    onSort: sort => {
      changeColumnSettings(name, { sort })
      goTo(withSort(query, sort))
    },
    onReset: () => { goTo(withoutSort(query)) },
  }
}
