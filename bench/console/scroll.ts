/** The list of a hundred thousand tasks, scrolled by some rows at each frame: quick, but read as it passes. */
import type { Measure } from '../world.ts'
import { emptyFrames, frameMeasures, framesOf, processorTime, taskMeasures, traced } from './probe.ts'
import type { ConsoleWorld } from './world.ts'
import { TASKS } from './world.ts'

const FRAMES = 600
const STEP_PX = 200

export async function scrollMeasures(world: ConsoleWorld): Promise<Measure[]> {
  const measures: Measure[] = []
  await world.visit('/manage/tasks?f.status=Pending', async (page, session) => {
    await page.getByRole('grid').getByText('Index a document').nth(9).waitFor()
    const before = await emptyFrames(page)
    const { result: frames, ms } = await processorTime(session, () => framesOf(page, FRAMES, SCROLL))
    const after = await emptyFrames(page)
    // Tracing takes a share of the processor: a scroll of its own.
    const { tasks } = await traced(page, () => framesOf(page, FRAMES, SCROLL))
    measures.push(
      ...frameMeasures(`console: scrolling ${TASKS.toLocaleString('en')} tasks, frame to frame`, frames),
      ...frameMeasures('  a page without anything, before and after', [...before, ...after]),
      ...taskMeasures(tasks),
      // 60 frames a second leave 16.7 ms for each.
      { what: '  processor time of the page for each frame', unit: 'ms', value: ms / FRAMES },
      { what: '  the same while it is traced', unit: 'ms', value: tasks.cpu.reduce((sum, each) => sum + each, 0) / FRAMES },
    )
  })
  return measures
}
const SCROLL = `document.querySelector('[role=grid]').scrollTop += ${STEP_PX}`
