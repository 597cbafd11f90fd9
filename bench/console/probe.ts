/**
 * What a page did while something happened: its frames as it saw them, the tasks of its thread as the browser traced them.
 *
 * A page without a window gets its frames from a timer, 60 a second; on a busy machine they come late whatever the page does. So a page
 * without anything is asked for its frames before and after, and a task counts as long by its time of processor too, which others
 * do not make longer.
 */
import assert from 'node:assert/strict'
import type { CDPSession, Page } from 'playwright-core'
import type { Measure } from '../world.ts'
import { percentile } from '../world.ts'

const FRAME_MS = 1_000 / 60
/** A frame that comes later than this was missed by an eye that looks: half a frame more than one. */
const LATE_MS = FRAME_MS * 1.5
export const LONG_TASK_MS = 100
const EMPTY_FRAMES = 120
const FRAMES_AT_ONCE = 60

/** Ms from each frame to the next. */
export type Frames = readonly number[]
/** Ms of each task of the page's thread, as clocks saw it and as the processor did. */
export interface Tasks { readonly wall: readonly number[]; readonly cpu: readonly number[] }

interface TraceEvent {
  readonly name: string
  readonly ph: string
  readonly pid: number
  readonly tid: number
  /** µs. */
  readonly ts: number
  readonly dur?: number
  readonly tdur?: number
  readonly args?: { readonly name?: string }
}

/** `step`: what the page does at each frame, as a text. */
export function framesOf(page: Page, frames: number, step = ''): Promise<Frames> {
  return page.evaluate<Frames>(`new Promise(done => {
    const times = []
    let last = performance.now()
    const each = now => {
      times.push(now - last)
      last = now
      ${step}
      if (times.length < ${frames + 1}) requestAnimationFrame(each)
      else done(times.slice(1))
    }
    requestAnimationFrame(each)
  })`)
}

/** The frames that come while the work goes on, and a second more at most. */
export async function framesDuring<T>(page: Page, work: () => Promise<T>): Promise<{ readonly frames: Frames; readonly result: T }> {
  const frames: number[] = []
  let over = false
  const count = async () => { while (!over) frames.push(...await framesOf(page, FRAMES_AT_ONCE)) }
  const [result] = await Promise.all([work().finally(() => { over = true }), count()])
  return { frames, result }
}

/** Of a page of the same browser with nothing in it, at this moment. */
export async function emptyFrames(page: Page): Promise<Frames> {
  const empty = await page.context().newPage()
  try {
    return await framesOf(empty, EMPTY_FRAMES)
  } finally {
    await empty.close()
    await page.bringToFront()
  }
}

/** The tasks of the page's thread while `work` went on. */
export async function traced<T>(page: Page, work: () => Promise<T>): Promise<{ readonly result: T; readonly tasks: Tasks }> {
  const engine = page.context().browser()
  assert.ok(engine)
  await engine.startTracing(page, { categories: ['toplevel', 'disabled-by-default-devtools.timeline'] })
  const result = await work()
  const { traceEvents } = JSON.parse((await engine.stopTracing()).toString()) as { readonly traceEvents: readonly TraceEvent[] }
  const threads = new Set(traceEvents.filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain').map(({ pid, tid }) => `${pid}/${tid}`))
  const tasks = outermost(traceEvents.filter(({ name, ph, pid, tid }) => ph === 'X' && name.endsWith('RunTask') && threads.has(`${pid}/${tid}`)))
  assert.ok(tasks.length > 0, 'the trace has no task of the page')
  return { result, tasks: { wall: tasks.map(({ dur = 0 }) => dur / 1_000), cpu: tasks.map(({ tdur = 0 }) => tdur / 1_000) } }
}

/** What the tasks of the page's thread took of the processor while `work` went on, as the browser counts it without a trace: in ms. */
export async function processorTime<T>(session: CDPSession, work: () => Promise<T>): Promise<{ readonly result: T; readonly ms: number }> {
  await session.send('Performance.enable', { timeDomain: 'threadTicks' })
  const now = async () => metricOf(await session.send('Performance.getMetrics'), 'TaskDuration') * 1_000
  const beforeMs = await now()
  const result = await work()
  return { result, ms: await now() - beforeMs }
}

/** The browser tells of a task more than once, one event inside of the other. */
function outermost(events: readonly TraceEvent[]): TraceEvent[] {
  const ends = new Map<string, number>()
  return events.toSorted((a, b) => a.ts - b.ts || (b.dur ?? 0) - (a.dur ?? 0)).filter(({ pid, tid, ts, dur = 0 }) => {
    const thread = `${pid}/${tid}`
    if (ts < (ends.get(thread) ?? -Infinity)) return false
    ends.set(thread, ts + dur)
    return true
  })
}

/** MiB of the page's heap after a collection, and the nodes of its documents. */
export async function memoryOf(session: CDPSession): Promise<{ readonly heapMiB: number; readonly nodes: number }> {
  await session.send('HeapProfiler.collectGarbage')
  await session.send('Performance.enable')
  const metrics = await session.send('Performance.getMetrics')
  return { heapMiB: metricOf(metrics, 'JSHeapUsedSize') / 1_048_576, nodes: metricOf(metrics, 'Nodes') }
}

function metricOf({ metrics }: { readonly metrics: readonly { readonly name: string; readonly value: number }[] }, wanted: string): number {
  return metrics.find(({ name }) => name === wanted)?.value ?? NaN
}

export function frameMeasures(what: string, frames: Frames): Measure[] {
  const sorted = frames.toSorted((a, b) => a - b)
  return [
    { what: `${what}, p50`, unit: 'ms', value: percentile(sorted, 0.5) },
    { what: `${what}, p95`, unit: 'ms', value: percentile(sorted, 0.95) },
    { what: `${what}, later than ${LATE_MS} ms`, unit: '%', value: 100 * frames.filter(ms => ms > LATE_MS).length / frames.length },
  ]
}

export function taskMeasures({ wall, cpu }: Tasks): Measure[] {
  const long = (all: readonly number[]) => all.filter(ms => ms > LONG_TASK_MS).length
  return [
    { what: `  tasks of the page over ${LONG_TASK_MS} ms`, unit: '', value: long(wall) },
    { what: '  the same by processor time', unit: '', value: long(cpu) },
    { what: '  longest task by processor time', unit: 'ms', value: Math.max(...cpu) },
  ]
}
