/** Which rows of a list are selected. */
export interface Selection {
  readonly ids: ReadonlySet<string>
  onChange(this: void, ids: ReadonlySet<string>): void
}
