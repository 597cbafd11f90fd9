/** Something that the house style forbids. `fix` says what to do instead. */
export interface Violation {
  readonly path: string
  /** From 1; 0: the file as a whole. */
  readonly line: number
  readonly what: string
  readonly fix: string
}

export function show({ path, line, what, fix }: Violation): string {
  return `${path}${line > 0 ? `:${line}` : ''}: ${what}; ${fix}`
}
