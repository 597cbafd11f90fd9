/**
 * Rows stay where they are while somebody reads them: what a row shows is always new, where it stands is from when it was
 * first looked at. Whether the list would look different by now is told instead.
 */
interface Named { readonly id: string }
interface Fresh<R extends Named> {
  rowAt(this: void, index: number): R | undefined
  readonly loaded: readonly R[]
}

/** More than are seen at once; those that were passed long ago may move. */
const ROWS_MAX = 200

export class HeldRows<R extends Named> {
  readonly #rows = new Map<number, R>()
  #question = ''

  /** What the rows are an answer to; those of another question are let go. */
  answer(question: string): void {
    if (question === this.#question) return
    this.#question = question
    this.release()
  }

  /** The row that was there first, as it is now; one that has gone as it was last. */
  rowAt(index: number, { rowAt, loaded }: Fresh<R>): R | undefined {
    const known = this.#rows.get(index)
    const fresh = rowAt(index)
    const row = known === undefined || fresh?.id === known.id ? fresh : loaded.find(({ id }) => id === known.id) ?? known
    if (row !== undefined) this.#rows.set(index, row)
    const [oldest] = this.#rows.keys()
    if (this.#rows.size > ROWS_MAX && oldest !== undefined) this.#rows.delete(oldest)
    return row
  }

  /** Some row that was shown stands elsewhere by now, or has gone. */
  differs({ rowAt }: Pick<Fresh<R>, 'rowAt'>): boolean {
    return [...this.#rows].some(([index, { id }]) => {
      const fresh = rowAt(index)
      return fresh !== undefined && fresh.id !== id
    })
  }

  /** The rows that are held, as they were shown last. */
  get shown(): readonly R[] {
    return [...this.#rows.values()]
  }

  release(): void {
    this.#rows.clear()
  }
}
