/**
 * Where models are: a row for each (what it has learnt, and up to where) and two contents that it links, the weights and what a
 * training needs besides. There are at most two: the one that mail is judged with, and one that is being trained anew
 * beside it. Each change of a row is one transaction with its contents, and only when the row is as it was seen: of two
 * that train at the same time, one is refused.
 */
import type { Id } from '../../base/ids.ts'
import type { JsonObject } from '../../base/json.ts'
import { RotaError } from '../../errors.ts'
import type { RegistryTx } from '../../registry/ports.ts'
import type { BlobHash, DomainStore, DomainTx } from '../ports.ts'
import { MODEL_FORMAT, unpackNumbers } from './model-bytes.ts'
import { TrainableModel } from './model.ts'
import { NOBODY } from './samples.ts'
import type { SpamTx } from './samples.ts'

/** The kind of object of the rows. Nodes look at its version to learn of a new model. */
export const SPAM_MODEL = 'SpamModel'
/** `used`: that of all mail. `next`: it takes its place once it has learnt everything. */
export type ModelPlace = 'used' | 'next'
const ROW_IDS: Readonly<Record<ModelPlace, Id>> = { used: '0000000000001', next: '0000000000002' }

export type ModelBody = {
  readonly format: number
  /** The number of the last sample that it knows (samples.ts). */
  readonly upTo: number
  readonly spam: number
  readonly ham: number
  /** In ms since 1970; null: nothing yet. */
  readonly trainedAt: number | null
  /** Under what lessons.ts has what it was taught; empty: that was not remembered yet. */
  readonly memory: Id
  /** The task that began it anew; null: no retraining did. */
  readonly anewBy: Id | null
  /** Null: it has learnt nothing yet. */
  readonly content: { readonly weights: BlobHash; readonly squares: BlobHash } | null
}
export interface ModelRow { readonly version: number; readonly body: ModelBody }

export const FRESH: ModelBody = { format: MODEL_FORMAT, upTo: 0, spam: 0, ham: 0, trainedAt: null, memory: '', anewBy: null, content: null }

export async function modelRow({ objects }: Pick<RegistryTx, 'objects'>, place: ModelPlace): Promise<ModelRow | null> {
  const [row] = await objects.get(SPAM_MODEL, [ROW_IDS[place]])
  return row === undefined ? null : { version: row.version, body: { ...FRESH, ...row.body as Partial<ModelBody> } }
}

/** In place of `before`, whose contents go at once. Throws store/conflict when somebody else was quicker. */
export async function writeModel(tx: SpamTx, place: ModelPlace, before: ModelRow | null, body: ModelBody): Promise<void> {
  for (const hash of hashesOf(body)) await tx.blobs.link(hash, { accountId: NOBODY, collection: SPAM_MODEL, id: ROW_IDS[place] })
  const stored: JsonObject = { ...body }
  const reply = before === null
    ? await tx.objects.insert(SPAM_MODEL, ROW_IDS[place], stored, [], [])
    : await tx.objects.update(SPAM_MODEL, ROW_IDS[place], before.version, stored, [], [])
  if (reply.kind !== 'written') throw new RotaError('store/conflict', 'somebody else has trained the spam filter at the same time')
  const gone = before === null ? [] : hashesOf(before.body).filter(hash => !hashesOf(body).includes(hash))
  await release(tx, place, gone)
}

export async function removeModel(tx: SpamTx, place: ModelPlace): Promise<boolean> {
  const row = await modelRow(tx, place)
  if (row === null) return false
  await tx.objects.remove(SPAM_MODEL, ROW_IDS[place])
  await release(tx, place, hashesOf(row.body))
  return true
}

/** For a training. Throws spam/unreadable-model, store/conflict. */
export async function readModel<Tx extends SpamTx>(store: Pick<DomainStore<Tx>, 'read'>, place: ModelPlace, body: ModelBody): Promise<TrainableModel> {
  const [weights, squares] = [await readNumbers(store, place, body, 'weights'), await readNumbers(store, place, body, 'squares')]
  return new TrainableModel(weights ?? undefined, squares ?? undefined, { spam: body.spam, ham: body.ham })
}

/** Null: it has learnt nothing yet. Throws spam/unreadable-model, and store/conflict when another model has come since the row was read. */
export async function readNumbers<Tx extends SpamTx>(
  store: Pick<DomainStore<Tx>, 'read'>, place: ModelPlace, { format, content }: ModelBody, part: 'weights' | 'squares',
): Promise<Float32Array | null> {
  if (format !== MODEL_FORMAT) throw new RotaError('spam/unreadable-model', `it has the format ${format}, and this version reads ${MODEL_FORMAT}`)
  if (content === null) return null
  const { bytes, row } = await store.read(async tx => ({ bytes: await tx.blobs.get(content[part]), row: await modelRow(tx, place) }))
  if (bytes !== null) return unpackNumbers(bytes)
  // The content of one that was replaced goes at once.
  if (row?.body.content?.[part] !== content[part]) throw new RotaError('store/conflict', 'somebody else has trained the spam filter at the same time')
  throw new RotaError('spam/unreadable-model', 'its content is missing')
}

async function release({ blobs }: DomainTx, place: ModelPlace, hashes: readonly BlobHash[]): Promise<void> {
  if (hashes.length > 0) await blobs.release(NOBODY, SPAM_MODEL, hashes.map(hash => ({ id: ROW_IDS[place], hash })))
}

function hashesOf({ content }: ModelBody): BlobHash[] {
  return content === null ? [] : [...new Set([content.weights, content.squares])]
}
