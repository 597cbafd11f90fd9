/**
 * `npm test`: the type checks, the linter, then every test file under src, webui and test, each in a process of its own.
 * `npm test -- src/base email` runs only the test files whose path contains one of the words.
 */
import { glob } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { killAll, runProgram } from './testing/child.ts'
import { runTestFile } from './testing/file.ts'
import { RunFolder } from './testing/folder.ts'
import { inOrder } from './testing/order.ts'
import { stepLine, summary } from './testing/report.ts'
import type { Result } from './testing/result.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const fileLimitMs = 600_000
const parallelMax = 4

type Step = () => Promise<Result>

const folder = new RunFolder()
// Compiled code is kept for the next run.
process.env['NODE_COMPILE_CACHE'] ??= join(tmpdir(), 'node-compile-cache')
Object.assign(process.env, { TMPDIR: folder.temporary, TEST_SHARED: folder.shared })
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    killAll()
    folder.remove()
    process.kill(process.pid, signal)
  })
}
await main(process.argv.slice(2)).finally(() => { folder.remove() })

async function main(words: readonly string[]): Promise<void> {
  const files = await testFiles(words)
  const { computing, waiting } = inOrder(files)
  const results = await runAll([...words.length === 0 ? [typeCheck, typeCheckConsole, lint] : [], ...computing.map(stepOf)], waiting.map(stepOf))
  if (files.length === 0) console.log(`no test file has ${words.join(' or ')} in its path`)
  const { text, ok } = summary(results)
  console.log(text)
  process.exitCode = ok ? 0 : 1
}

async function testFiles(words: readonly string[]): Promise<string[]> {
  const files: string[] = []
  for (const folder of ['test', 'src', 'webui/src']) files.push(...(await Array.fromAsync(glob(`${folder}/**/*.test.ts`, { cwd: root }))).sort())
  return words.length === 0 ? files : files.filter(file => words.some(word => file.includes(word.replace(/^\.\//, ''))))
}

function stepOf(file: string): Step {
  return () => runTestFile(file, root, fileLimitMs)
}

/** A worker for each processor, and one for steps that leave it to the others. Who is done helps. */
async function runAll(computing: readonly Step[], waiting: readonly Step[]): Promise<Result[]> {
  const results: Result[] = []
  const [first, beside] = [computing.values(), waiting.values()]
  async function worker(steps: IterableIterator<Step>): Promise<void> {
    for (const step of steps) {
      const result = await step()
      results.push(result)
      console.log(stepLine(result))
    }
  }
  const workers = Math.min(availableParallelism(), parallelMax)
  await Promise.all([worker(beside), ...Array.from({ length: workers }, () => worker(first).then(() => worker(beside)))])
  return results
}

function typeCheck(): Promise<Result> {
  return form('type check (tsc)', ['node_modules/typescript/bin/tsc', '-p', '.'])
}

/** With the types of a browser in place of those of a node. */
function typeCheckConsole(): Promise<Result> {
  return form('type check of the console (tsc)', ['node_modules/typescript/bin/tsc', '-p', 'webui'])
}

function lint(): Promise<Result> {
  return form('lint (oxlint)', ['node_modules/oxlint/bin/oxlint', '--format=unix'])
}

/** A check of all files at once, counted as one test. */
async function form(step: string, args: readonly string[]): Promise<Result> {
  const { code, output, durationMs, timedOut } = await runProgram(args, root, fileLimitMs)
  const ok = code === 0
  const text = timedOut ? 'killed: took too long' : output.trim()
  return { step, durationMs, passed: ok ? 1 : 0, failures: ok ? [] : [{ name: step, text }], skipped: [], notes: [] }
}
