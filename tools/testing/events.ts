/**
 * Loaded into the process of one test file as node's test reporter: one JSON object a line for what matters, in the order
 * of the file. `started` comes as a test begins to run, so that a file that hangs says where.
 */
import { inspect } from 'node:util'

export type TestEvent =
  | { readonly kind: 'started'; readonly name: string }
  | { readonly kind: 'passed'; readonly name: string }
  | { readonly kind: 'failed'; readonly name: string; readonly line: number; readonly text: string }
  | { readonly kind: 'skipped'; readonly name: string; readonly reason: string }
  | { readonly kind: 'note'; readonly text: string }

interface Data {
  readonly name: string
  readonly nesting: number
  readonly line?: number
  readonly skip?: string | boolean
  readonly todo?: string | boolean
  readonly details: { readonly type?: string; readonly error?: unknown }
}
interface Source { readonly type: string; readonly data: Data & { readonly message: string } }

/** Counters that node prints at the end of every file. */
const SUMMARY = /^(tests|suites|pass|fail|cancelled|skipped|todo|duration_ms) [\d.]+$/

export default async function* report(source: AsyncIterable<Source>): AsyncGenerator<string> {
  const running: string[] = []
  const reported: string[] = []
  for await (const { type, data } of source) {
    const event = type === 'test:dequeue' ? { kind: 'started', name: nameIn(running, data) } : read(type, data, reported)
    if (event) yield `${JSON.stringify(event)}\n`
  }
}

/** The full name, with the suites around it. `path` is that of the event before. */
function nameIn(path: string[], { nesting, name }: Data): string {
  path.splice(nesting, Infinity, name)
  return path.join(' › ')
}

function read(type: string, data: Source['data'], path: string[]): TestEvent | null {
  if (type === 'test:diagnostic') return SUMMARY.test(data.message) ? null : { kind: 'note', text: data.message }
  if (type !== 'test:start' && type !== 'test:pass' && type !== 'test:fail') return null
  const name = nameIn(path, data)
  if (type === 'test:start') return null
  const unused = data.skip ?? data.todo ?? false
  if (unused !== false) return { kind: 'skipped', name, reason: typeof unused === 'string' && unused !== '' ? unused : 'no reason given' }
  if (type === 'test:fail') return failureType(data.details.error) === 'subtestsFailed' ? null : failed(name, data)
  return data.details.type === 'suite' ? null : { kind: 'passed', name }
}

function failed(name: string, data: Data): TestEvent {
  const { error } = data.details
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  return { kind: 'failed', name, line: data.line ?? 0, text: inspect(cause, { depth: 6, colors: false }) }
}

function failureType(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'failureType' in error ? error.failureType : undefined
}
