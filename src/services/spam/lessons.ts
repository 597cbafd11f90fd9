/**
 * What models were taught by whom: a key for each account and content, which says of each model as what it has learnt it. A
 * sample may go (it was for one use, or was destroyed) and the same be said again; it counts once all the same, or one person
 * could outvote the others by saying one thing again after each training. A model that begins anew remembers nothing of the
 * one before, and takes the place of that one in the keys: there are as many as contents, however often it is trained anew.
 */
import type { Id } from '../../base/ids.ts'
import type { Json, JsonObject } from '../../base/json.ts'
import { KEYS } from '../../registry/key-families.ts'
import type { SampleBody } from '../../registry/objects/spam-training-sample.ts'
import type { RegistryTx } from '../../registry/ports.ts'

type KeysTx = Pick<RegistryTx, 'keys'>
type Lesson = Pick<SampleBody, 'accountId' | 'blobId' | 'isSpam'>

/** `memory`: that of the model. */
export async function isTaught({ keys }: KeysTx, memory: Id, lesson: Lesson): Promise<boolean> {
  return classesIn((await keys.get(keyOf(lesson)))?.[memory]).includes(classOf(lesson))
}

/** `others`: the memories of what other models there are; those of models that are gone are forgotten here. */
export async function rememberLessons(
  { keys }: KeysTx, memory: Id, others: readonly Id[], lessons: readonly Lesson[], now: number,
): Promise<void> {
  const taught = Map.groupBy(lessons, keyOf)
  const former = await keys.getAll([...taught.keys()])
  await keys.putAll([...taught].map(([key, said], nth) => {
    const before = former[nth] ?? {}
    const kept = Object.entries(before).filter(([name]) => others.includes(name))
    const classes = new Set([...classesIn(before[memory]), ...said.map(classOf)])
    const value: JsonObject = { ...Object.fromEntries(kept), [memory]: [...classes] }
    return { key, value, expiresAt: now + KEYS.spamLesson.keptMs }
  }))
}

/** Of all that an account has taught. */
export function lessonsPrefixOf(accountId: Id): string {
  return `${KEYS.spamLesson.prefix}${accountId}/`
}

function keyOf({ accountId, blobId }: Lesson): string {
  return `${lessonsPrefixOf(accountId)}${blobId}`
}

function classOf({ isSpam }: Lesson): 'spam' | 'ham' {
  return isSpam ? 'spam' : 'ham'
}

function classesIn(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : []
}
