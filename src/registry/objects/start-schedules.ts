/** For a server that starts: makes the schedules that settings decide and that are not there, and puts right those that an older version has changed. */
import type { JsonObject } from '../../base/json.ts'
import type { RegistryTx } from '../ports.ts'
import { retentionNow } from './data-retention.ts'
import type { SchedulePort } from './schedule-rows.ts'
import { keepSchedulesOf, schedulesKept } from './settings-schedules.ts'
import type { DecidingObject } from './settings-schedules.ts'
import { spamClassifierNow } from './spam-classifier.ts'

interface Store<Tx> {
  read<T>(work: (tx: Tx) => Promise<T>): Promise<T>
  transact<T>(work: (tx: Tx) => Promise<T>): Promise<T>
}

const SETTINGS: Readonly<Record<DecidingObject, (tx: RegistryTx) => Promise<JsonObject>>> = {
  DataRetention: async tx => ({ ...await retentionNow(tx) }),
  SpamClassifier: async tx => ({ ...await spamClassifierNow(tx) }),
}

export async function startSchedules<Tx extends RegistryTx>(store: Store<Tx>, port: SchedulePort<Tx>): Promise<void> {
  for (const [name, settings] of Object.entries(SETTINGS)) {
    const object = name as DecidingObject
    if (await store.read(async tx => schedulesKept(tx, object, await settings(tx), port))) continue
    await store.transact(async tx => {
      // Nodes that start together take turns.
      await tx.objects.lock(object)
      await keepSchedulesOf(tx, object, await settings(tx), port)
    })
  }
}
