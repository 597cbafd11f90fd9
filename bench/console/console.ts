/** The web console in a real browser, on a node of its own: how it scrolls, follows, draws and begins. */
import { chromiumMissing } from '../../test/support/browser.ts'
import type { Measure, StoreKind } from '../world.ts'
import { changeMeasures } from './changes.ts'
import { firstLoadMeasures } from './first-load.ts'
import { pictureMeasures } from './picture.ts'
import { scrollMeasures } from './scroll.ts'
import { openConsole } from './world.ts'

export async function consoleMeasures(kind: StoreKind): Promise<Measure[]> {
  const missing = chromiumMissing()
  if (missing) {
    console.log(`console left out: ${missing}`)
    return []
  }
  await using world = await openConsole(kind)
  const measured: Measure[] = []
  for (const measures of [firstLoadMeasures, scrollMeasures, pictureMeasures, changeMeasures]) measured.push(...await measures(world))
  return measured
}
