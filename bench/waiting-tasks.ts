/** A million waiting tasks: `mixed` is a busy cluster, `alike` one that indexes a single huge account. */
import type { Id, IdSource } from '../src/base/ids.ts'
import type { Catalogue } from '../src/engine/catalogue.ts'
import type { NewTask, TaskState } from '../src/engine/ports/task.ts'
import type { AnyVariant } from '../src/engine/task-variant.ts'
import type { Store } from '../src/store/store.ts'

export type Shape = 'mixed' | 'alike'
export interface Waiting {
  /** An account with 10 tasks; in `alike`, with none of the rest. */
  readonly smallAccount: Id
  readonly largeAccount: Id
  readonly domain: Id
  /** Some ids from everywhere. */
  readonly ids: readonly Id[]
  readonly now: number
}

const BATCH = 5_000
const ACCOUNTS = 1_000
const DOMAINS = 50
const SMALL = 10
const DAY_MS = 86_400_000
/** Of a thousand tasks; what is left is shared by the other variants. */
const WEIGHTS: Readonly<Record<string, number>> = {
  IndexDocument: 550, UnindexDocument: 150, CalendarAlarmEmail: 100, CalendarAlarmNotification: 50, MergeThreads: 50,
}

export async function fill(store: Store, catalogue: Catalogue, ids: IdSource, count: number, shape: Shape, now: number): Promise<Waiting> {
  const accounts = Array.from({ length: ACCOUNTS }, () => ids.next())
  const domains = Array.from({ length: DOMAINS }, () => ids.next())
  const [smallAccount, largeAccount, domain] = [ids.next(), accounts[0] ?? '', domains[0] ?? '']
  const variants = shape === 'mixed' ? weighted([...catalogue.variants.values()]) : [catalogue.variants.get('IndexDocument')]
  const some: Id[] = []
  const task = (index: number): NewTask => {
    const draw = hashed(index)
    const variant = variants[draw % variants.length]
    if (!variant) throw new Error('no variants')
    const account = shape === 'alike' ? largeAccount : accounts[Math.floor((draw / 0xffff_ffff) ** 3 * ACCOUNTS)]
    const accountId = index < SMALL ? smallAccount : account ?? ''
    const id = ids.next()
    const due = now + Math.floor((hashed(index + count) / 0xffff_ffff * 30 - 10) * DAY_MS)
    if (index % Math.ceil(count / 1_000) === 0) some.push(id)
    const owner = 'domainId' in variant.fields
      ? { accountId: null, domainId: domains[draw % DOMAINS] ?? '' } : { accountId, domainId: null }
    const orderingKey = owner.domainId ?? accountId
    return {
      id, variant: variant.name, lane: variant.lane, bucket: catalogue.bucketOf(variant.lane, orderingKey), band: 1, due,
      orderingKey, dedupeKey: `${variant.name}/${id}`, ...owner,
      payload: { ...owner, documentId: id, documentType: 'email' }, state: stateOf(index, due),
    }
  }
  for (let at = 0; at < count; at += BATCH) {
    const tasks = Array.from({ length: Math.min(BATCH, count - at) }, (_, index) => task(at + index))
    await store.transact(tx => tx.tasks.insert(tasks))
  }
  return { smallAccount, largeAccount, domain, ids: some, now }
}

function weighted(variants: readonly AnyVariant[]): AnyVariant[] {
  const rare = variants.filter(({ name }) => WEIGHTS[name] === undefined)
  const left = 1_000 - Object.values(WEIGHTS).reduce((sum, weight) => sum + weight, 0)
  return variants.flatMap(variant =>
    Array.from({ length: WEIGHTS[variant.name] ?? Math.ceil(left / rare.length) }, () => variant))
}

/** Of a thousand tasks 4 wait for another attempt and 3 have failed. */
function stateOf(index: number, due: number): TaskState {
  const failure = { attempt: 2, firstFailedAt: due - DAY_MS, failedAt: due, failureReason: 'the other server did not answer' }
  const draw = hashed(index * 7 + 3) % 1_000
  if (draw < 4) return { status: 'Retry', due, ...failure }
  if (draw < 7) return { status: 'Failed', due, ...failure }
  return { status: 'Pending', due, attempt: 0, firstFailedAt: null, failedAt: null, failureReason: null }
}

/** 32 bits that look drawn and are the same in every run. */
function hashed(index: number): number {
  let value = Math.imul(index ^ (index >>> 16), 0x45d9f3b)
  value = Math.imul(value ^ (value >>> 16), 0x45d9f3b)
  return (value ^ (value >>> 16)) >>> 0
}
