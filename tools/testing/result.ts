/** What one step of `npm test` gave: a test file, the type check or the linter. */
export interface Result {
  /** The file's path, or the name of the step. */
  readonly step: string
  readonly durationMs: number
  readonly passed: number
  readonly failures: readonly Failure[]
  readonly skipped: readonly Skipped[]
  readonly notes: readonly string[]
}
export interface Failure { readonly name: string; readonly text: string }
export interface Skipped { readonly name: string; readonly reason: string }
