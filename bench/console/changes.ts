/**
 * The task list is open, by due time, while its tasks are rescheduled: 2,000 in a call of `x:Task/bulk`, five calls a
 * second if the node can. Keys are pressed meanwhile, and how long each took until the page had answered is what the
 * browser says (Event Timing: from the key to the next frame, in steps of 8 ms, 16 ms the least).
 */
import assert from 'node:assert/strict'
import { performance } from 'node:perf_hooks'
import { setTimeout as wait } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import type { Caller } from '../../test/support/api-call.ts'
import type { Measure } from '../world.ts'
import { emptyFrames, frameMeasures, framesDuring, memoryOf, taskMeasures, traced } from './probe.ts'
import type { ConsoleWorld } from './world.ts'

const SECONDS = 20
const WANTED_PER_SECOND = 10_000
const KEY_EVERY_MS = 250
const DUE = Date.parse('2999-01-02T00:00:00Z')
const MINUTE_MS = 60_000

export async function changeMeasures(world: ConsoleWorld): Promise<Measure[]> {
  const measures: Measure[] = []
  await world.visit('/manage/tasks?f.status=Pending', async (page, session) => {
    await page.getByRole('grid').getByText('Index a document').nth(9).waitFor()
    await page.evaluate(LISTEN)
    const empty = await emptyFrames(page)
    const memory = await memoryOf(session)
    const { result: { frames, result: [changes] }, tasks } = await traced(page, () =>
      framesDuring(page, () => Promise.all([change(world.caller), press(page)])))
    const after = await memoryOf(session)
    const seen = await page.evaluate<{ readonly messages: number; readonly slowestMs: number }>('globalThis.benchSeen')
    measures.push(
      { what: 'console: task list open, tasks changed on the node', unit: 'tasks/s', value: changes.perSecond },
      { what: '  messages that the page got of it', unit: 'messages/s', value: seen.messages / changes.seconds },
      { what: '  longest time until a key was answered', unit: 'ms', value: seen.slowestMs },
      ...frameMeasures('  frame to frame', frames), ...frameMeasures('  a page without anything, just before', empty),
      ...taskMeasures(tasks),
      { what: '  heap of the page before', unit: 'MiB', value: memory.heapMiB }, { what: '  heap of the page after', unit: 'MiB', value: after.heapMiB },
      { what: '  nodes of the page before', unit: '', value: memory.nodes }, { what: '  nodes of the page after', unit: '', value: after.nodes },
    )
  })
  return measures
}

/** Messages of the live stream go through a TextDecoder. */
const LISTEN = `(() => {
  const seen = globalThis.benchSeen = { messages: 0, slowestMs: 0 }
  const { decode } = TextDecoder.prototype
  TextDecoder.prototype.decode = function (...given) {
    const text = decode.apply(this, given)
    seen.messages += text.split('event: change').length - 1
    return text
  }
  new PerformanceObserver(list => {
    for (const entry of list.getEntries()) seen.slowestMs = Math.max(seen.slowestMs, entry.duration)
  }).observe({ type: 'event', durationThreshold: 16 })
})()`

/** Never faster than it is wanted; slower when the node is. */
async function change(caller: Caller): Promise<{ readonly perSecond: number; readonly seconds: number }> {
  const start = performance.now()
  const elapsed = () => (performance.now() - start) / 1_000
  let [changed, round, cursor]: [number, number, string | null] = [0, 0, null]
  while (elapsed() < SECONDS) {
    const due = new Date(DUE + round * MINUTE_MS).toISOString()
    const [reply] = await caller.call([['x:Task/bulk', { action: 'reschedule', filter: { status: 'Pending' }, due, cursor }]])
    assert.equal(typeof reply?.['changed'], 'number', JSON.stringify(reply))
    changed += Number(reply?.['changed'])
    cursor = typeof reply?.['cursor'] === 'string' ? reply['cursor'] : null
    if (cursor === null) round += 1
    await wait(Math.max(0, changed / WANTED_PER_SECOND - elapsed()) * 1_000)
  }
  return { perSecond: changed / elapsed(), seconds: elapsed() }
}

/** Up and down in the grid. */
async function press(page: Page): Promise<void> {
  await page.getByRole('grid').focus()
  for (let at = 0; at < SECONDS * 1_000; at += KEY_EVERY_MS) {
    await page.keyboard.press(at % (2 * KEY_EVERY_MS) === 0 ? 'ArrowDown' : 'ArrowUp')
    await wait(KEY_EVERY_MS)
  }
}
