/** Runs one test file and reads its events. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Ended, runProgram } from './child.ts'
import type { TestEvent } from './events.ts'
import type { Failure, Result, Skipped } from './result.ts'

const reporter = fileURLToPath(new URL('events.ts', import.meta.url))
const preload = new URL('errors-of-tests.ts', import.meta.url).href

export async function runTestFile(file: string, cwd: string, limitMs: number): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'rota-test-'))
  try {
    const destination = join(folder, 'events')
    const args = [`--import=${preload}`, `--test-reporter=${reporter}`, `--test-reporter-destination=${destination}`, file]
    const ended = await runProgram(args, cwd, limitMs)
    const lines = (await readFile(destination, 'utf8').catch(() => '')).split('\n').filter(line => line.endsWith('}'))
    return resultOf(file, ended, lines.map(line => JSON.parse(line) as TestEvent), limitMs)
  } finally {
    await rm(folder, { recursive: true })
  }
}

function resultOf(file: string, ended: Ended, events: readonly TestEvent[], limitMs: number): Result {
  const failures: Failure[] = []
  const skipped: Skipped[] = []
  const notes = ended.leftBehind ? [`${file} left a process running; it was killed`] : []
  let passed = 0
  for (const event of events) {
    if (event.kind === 'passed') passed += 1
    if (event.kind === 'skipped') skipped.push({ name: `${file} › ${event.name}`, reason: event.reason })
    if (event.kind === 'failed') failures.push({ name: `${file}:${event.line} › ${event.name}`, text: event.text })
    if (event.kind === 'note') notes.push(event.text)
  }
  const wholeFile = fileFailure(ended, events, failures.length, limitMs)
  if (wholeFile !== null) failures.push({ name: file, text: wholeFile })
  const [first] = failures
  if (first && ended.output.trim() !== '') failures[0] = { ...first, text: `${first.text}\n\noutput of the file:\n${ended.output.trim()}` }
  return { step: file, durationMs: ended.durationMs, passed, failures, skipped, notes }
}

/** What no single test is guilty of, or null. */
function fileFailure(ended: Ended, events: readonly TestEvent[], failed: number, limitMs: number): string | null {
  if (ended.timedOut) {
    const last = events.findLast(event => event.kind === 'started')
    return `killed: not finished after ${limitMs / 1_000} s; last test started: ${last ? last.name : 'none'}`
  }
  const tests = events.filter(event => event.kind === 'passed' || event.kind === 'skipped').length + failed
  if (failed === 0 && ended.code !== 0) return `ended with ${ended.signal ?? `code ${ended.code}`} although no test failed`
  return tests === 0 ? 'holds no test' : null
}
