/**
 * The picture of the assignment with a thousand buckets, all of which move at once. A node has a third of as many, and one that is
 * alone moves none: so the answers of the real node are changed on their way to the page, to three nodes and three times the
 * buckets, whose owner is another one at every move.
 */
import assert from 'node:assert/strict'
import type { Page, Route } from 'playwright-core'
import type { Json, JsonObject } from '../../src/base/json.ts'
import { isJsonObject } from '../../src/base/json.ts'
import { percentile, type Measure } from '../world.ts'
import { emptyFrames, frameMeasures, framesDuring, taskMeasures, traced } from './probe.ts'
import type { ConsoleWorld } from './world.ts'

const NODES = 3
const TIMES = 3
const MOVES = 8
/** From the last drawing on nothing has moved for so long. */
const STILL_MS = 1_000

export async function pictureMeasures(world: ConsoleWorld): Promise<Measure[]> {
  const measures: Measure[] = []
  await world.visit('/manage/tasks', async page => {
    const cluster = new ThreeNodes()
    await page.route('**/jmap/', route => cluster.answer(route))
    await page.evaluate(WATCH)
    // Inside of the console, so that what watches stays.
    await page.locator('a[href$="/manage/cluster"]').first().click()
    await page.getByRole('slider').first().waitFor()
    await still(page)
    const before = await emptyFrames(page)
    const times: number[] = []
    const { result: frames, tasks } = await traced(page, async () => {
      const { frames } = await framesDuring(page, async () => { for (let move = 0; move < MOVES; move++) times.push(await moved(page, cluster)) })
      return frames
    })
    await page.unrouteAll({ behavior: 'wait' })
    times.sort((a, b) => a - b)
    const buckets = await page.evaluate<number>(BUCKETS)
    measures.push(
      { what: `console: ${buckets.toLocaleString('en')} buckets move, from the answer until the picture is right, p50`, unit: 'ms', value: percentile(times, 0.5) },
      { what: '  the longest of all moves', unit: 'ms', value: times.at(-1) ?? NaN },
      ...frameMeasures('  frame to frame', frames), ...frameMeasures('  a page without anything, just before', before), ...taskMeasures(tasks),
    )
  })
  return measures
}

const BUCKETS = `[...document.querySelectorAll('[role=slider]')].reduce((sum, lane) => sum + 1 + Number(lane.getAttribute('aria-valuemax')), 0)`
/** A strip is cleared before each drawing. */
const WATCH = `(() => {
  const seen = globalThis.benchDrawn = { atMs: 0 }
  const { clearRect } = CanvasRenderingContext2D.prototype
  CanvasRenderingContext2D.prototype.clearRect = function (...given) {
    seen.atMs = Date.now()
    return clearRect.apply(this, given)
  }
})()`

/** Ms from the answer that tells of other owners to the last drawing, which is checked to be of them. */
async function moved(page: Page, cluster: ThreeNodes): Promise<number> {
  const answered = cluster.move()
  const sentMs = await answered
  await until(page, `[...document.querySelectorAll('[role=slider]')].every(lane => lane.getAttribute('aria-valuetext').includes('${cluster.owner}'))`)
  return await still(page) - sentMs
}

/** Ms since 1970 of the last drawing, once nothing has been drawn for a while. */
async function still(page: Page): Promise<number> {
  await until(page, `globalThis.benchDrawn.atMs > 0 && Date.now() - globalThis.benchDrawn.atMs > ${STILL_MS}`)
  return page.evaluate<number>('globalThis.benchDrawn.atMs')
}

/** Looks at each frame, as the policy of the page lets nobody do by a text of its own. */
async function until(page: Page, holds: string): Promise<void> {
  await page.evaluate(`new Promise(done => {
    const look = () => { if (${holds}) done(); else requestAnimationFrame(look) }
    look()
  })`)
}

class ThreeNodes {
  #phase = 0
  #answered: ((ms: number) => void) | null = null

  /** All buckets to the next node; when the page has been told. */
  move(): Promise<number> {
    this.#phase += 1
    return new Promise(resolve => { this.#answered = resolve })
  }

  get owner(): string { return `node-${this.#phase % NODES}` }

  async answer(route: Route): Promise<void> {
    const response = await route.fetch()
    const body = await response.json() as { methodResponses?: [string, JsonObject, string][] }
    let told = false
    const methodResponses = body.methodResponses?.map(([name, result, call]) => {
      const list = result['list']
      if (!Array.isArray(list)) return [name, result, call]
      const rows = list.filter(isJsonObject)
      if (name === 'x:ClusterNode/get') return [name, { ...result, list: rows.flatMap(nodes) }, call]
      if (name !== 'x:ClusterLane/get') return [name, result, call]
      told = true
      return [name, { ...result, list: rows.map(row => this.#lane(row)) }, call]
    })
    await route.fulfill({ response, json: { ...body, ...methodResponses ? { methodResponses } : {} } })
    if (!told) return
    this.#answered?.(Date.now())
    this.#answered = null
  }

  #lane(row: JsonObject): JsonObject {
    const buckets = TIMES * Number(row['buckets'])
    assert.ok(buckets > 0, 'a lane without buckets')
    return { ...row, buckets, owners: Object.fromEntries(Array.from({ length: buckets }, (_, bucket) => [bucket, this.owner])) }
  }
}

/** As many as there are to be, for the one that there is. */
function nodes(row: JsonObject): Json[] {
  return Array.from({ length: NODES }, (_, index) => ({ ...row, id: `node-${index}`, nodeId: index + 1, hostname: `node-${index}` }))
}
