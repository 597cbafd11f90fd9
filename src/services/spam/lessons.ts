/**
 * What a model was taught by whom: a key for each account, content and class. A sample may go (it was for one use, or was
 * destroyed) and the same be said again; it counts once all the same, or one person could outvote the others by saying one
 * thing again after each training. A model that begins anew remembers nothing of the one before.
 */
import type { Id } from '../../base/ids.ts'
import type { JsonObject } from '../../base/json.ts'
import { KEYS } from '../../registry/key-families.ts'
import type { SampleBody } from '../../registry/objects/spam-training-sample.ts'
import type { RegistryTx } from '../../registry/ports.ts'

type KeysTx = Pick<RegistryTx, 'keys'>
type Lesson = Pick<SampleBody, 'accountId' | 'blobId' | 'isSpam'>

/** `memory`: that of the model. */
export async function isTaught({ keys }: KeysTx, memory: Id, lesson: Lesson): Promise<boolean> {
  return (await keys.get(keyOf(memory, lesson)))?.[classOf(lesson)] === true
}

export async function rememberLesson({ keys }: KeysTx, memory: Id, lesson: Lesson, now: number): Promise<void> {
  const key = keyOf(memory, lesson)
  const said: JsonObject = { ...await keys.get(key), [classOf(lesson)]: true }
  await keys.put(key, said, now + KEYS.spamLesson.keptMs)
}

/** Of all that an account has taught. */
export function lessonsPrefixOf(accountId: Id): string {
  return `${KEYS.spamLesson.prefix}${accountId}/`
}

function keyOf(memory: Id, { accountId, blobId }: Lesson): string {
  return `${lessonsPrefixOf(accountId)}${memory}/${blobId}`
}

function classOf({ isSpam }: Lesson): 'spam' | 'ham' {
  return isSpam ? 'spam' : 'ham'
}
