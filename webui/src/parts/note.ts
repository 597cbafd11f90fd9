/** A short note: what has been done, and what may be done about it. */
export interface Note {
  readonly title: string
  readonly text?: string
  readonly kind?: 'done' | 'warning'
  readonly action?: { readonly label: string; run(this: void): void }
}
