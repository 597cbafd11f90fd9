/** All variants and lanes of one server, and the one place that turns a draft into a row: lane, bucket, keys and band. */
import { assert } from '../base/assert.ts'
import { hash32 } from '../base/hash.ts'
import type { Id, IdSource } from '../base/ids.ts'
import type { Json, JsonObject } from '../base/json.ts'
import type { Lane } from './lane.ts'
import type { NewTask, TaskKeys } from './ports/task.ts'
import type { AnyVariant, TaskDraft } from './task-variant.ts'

export class Catalogue {
  readonly variants: ReadonlyMap<string, AnyVariant>
  readonly lanes: ReadonlyMap<string, Lane>

  constructor(variants: readonly AnyVariant[], lanes: readonly Lane[]) {
    this.variants = new Map(variants.map(variant => [variant.name, variant]))
    this.lanes = new Map(lanes.map(lane => [lane.name, lane]))
    assert(this.variants.size === variants.length, 'two variants have one name')
    for (const variant of variants) {
      const lane = this.lanes.get(variant.lane)
      assert(lane, `${variant.name} names the unknown lane ${variant.lane}`)
      assert(lane.duty === variant.duty, `${variant.name} and its lane ${lane.name} name different duties`)
    }
  }

  /** The row of a draft. `now` is used when the draft has no due time. */
  row(draft: TaskDraft, ids: IdSource, now: number): NewTask {
    const variant = this.variants.get(draft.variant)
    assert(variant, `unknown variant ${draft.variant}`)
    const id = ids.next()
    return {
      id,
      variant: variant.name,
      lane: variant.lane,
      band: draft.band ?? variant.band ?? 0,
      due: draft.due ?? now,
      payload: draft.payload,
      ...this.keys(variant.name, draft.payload, id),
    }
  }

  /** Everything in the row of a task that is made of its payload. */
  keys(variantName: string, payload: JsonObject, id: Id): TaskKeys {
    const variant = this.variants.get(variantName)
    assert(variant, `unknown variant ${variantName}`)
    const orderingKey = variant.orderingKey(payload) ?? id
    return {
      bucket: this.bucketOf(variant.lane, orderingKey),
      orderingKey,
      dedupeKey: variant.dedupeKey ? `${variant.name}/${variant.dedupeKey(payload)}` : null,
      accountId: text(payload, 'accountId'),
      domainId: text(payload, 'domainId'),
    }
  }

  bucketOf(lane: string, orderingKey: string): number {
    const buckets = this.lanes.get(lane)?.buckets
    assert(buckets, `unknown lane ${lane}`)
    return hash32(orderingKey) % buckets
  }
}

function text(payload: JsonObject, key: string): string | null {
  const value: Json | undefined = payload[key]
  return typeof value === 'string' ? value : null
}
