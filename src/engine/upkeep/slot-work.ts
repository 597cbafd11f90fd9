/**
 * Work that is done once at every slot of a cron expression by the node that holds a lane (lane-loop.ts): `run` must refuse a
 * slot that somebody else has done.
 *
 * | slot | done |
 * |---|---|
 * | comes while the node holds the lane | at once |
 * | came up to a minute ago, while the lane had no holder (a node died) | as soon as it has one, in order |
 * | older | passed over |
 */
import type { Log } from '../../base/log.ts'
import type { EngineStore } from '../ports/store.ts'
import { nextSlot, pendingSlots } from '../queue/slots.ts'
import type { LaneWork } from './lane-loop.ts'

export interface SlotWork {
  /** For the log. */
  readonly name: string
  /** Of one bucket. */
  readonly lane: string
  /** In UTC; asked at each look. */
  readonly cron: () => Promise<string>
  /** The newest slot that is done; null: none ever was. */
  readonly newest: () => Promise<number | null>
  /** False: somebody else has done it. */
  readonly run: (slot: number) => Promise<boolean>
}

/** Another cron expression is noticed within this time when its hint was lost. */
const LOOK_EVERY_MS = 10_000

export function slotWork({ name, lane, cron, newest, run }: SlotWork, store: Pick<EngineStore, 'now'>, log: Log): LaneWork {
  return {
    name, lane, lookEveryMs: LOOK_EVERY_MS,
    async look(goesOn) {
      const expression = await cron()
      const now = await store.now()
      for (const slot of pendingSlots(expression, await newest(), now)) {
        if (!goesOn()) break
        if (!await run(slot)) log.info({ work: name, slot }, 'another node has done the slot')
      }
      const next = nextSlot(expression, 'UTC', now)
      return next === null ? LOOK_EVERY_MS : next - now
    },
  }
}
