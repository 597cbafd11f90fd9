/**
 * The schema for completion: from a file of the last few minutes, else from the server within a second, else from an
 * older file. A person waits for it with a finger on the key, so it never asks for a password, never fails loudly, and
 * a server that is away is asked once in a while only.
 *
 * The file is in the user's cache folder, one for each address; it holds what `/api/schema` says and no login.
 */
import { createHash } from 'node:crypto'
import { mkdir, readFile, rename, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Json } from '../../base/json.ts'
import { JmapClient } from '../../jmap-client/client.ts'
import { Model } from '../../jmap-client/model.ts'
import { parseSchema } from '../../jmap-client/schema.ts'
import type { ConnectionOptions } from '../connection.ts'
import { findConnection } from '../connection.ts'
import type { Environment, Terminal } from '../terminal.ts'

const FRESH_MS = 5 * 60_000
/** After a server gave no schema. */
const AGAIN_MS = 30_000
const ANSWER_MS_MAX = 1_000
const FILE_BYTES_MAX = 16 * 1024 * 1024

/** Null when nothing is known of the server. */
export async function findSchema(options: ConnectionOptions, terminal: Terminal): Promise<Model | null> {
  const connection = await findConnection(options, terminal.env, null)
  const path = cachePath(terminal.env, connection.origin)
  const now = terminal.clock.now()
  const kept = path === null ? null : await readKept(path)
  // A time far ahead is a clock that was set back.
  if (kept !== null && kept.untilMs > now && kept.untilMs <= now + FRESH_MS) return modelOf(kept.schema)
  try {
    const client = new JmapClient({
      ...connection, timeoutMs: ANSWER_MS_MAX, clock: terminal.clock, signal: terminal.signal,
    })
    const schema = await client.schema()
    if (path !== null) await keep(path, schema, now + FRESH_MS)
    return new Model(schema)
  } catch {
    // Away, or no login: what was known before is better than nothing, and it is not asked again at every key.
    if (path !== null) await keep(path, kept?.schema ?? null, now + AGAIN_MS)
    return modelOf(kept?.schema ?? null)
  }
}

interface Kept { readonly schema: Json; readonly untilMs: number }

/** Null when there is no such folder: completion works without it. */
function cachePath(env: Environment, origin: string): string | null {
  const folder = env['XDG_CACHE_HOME'] || (env['HOME'] ? join(env['HOME'], '.cache') : null)
  const name = createHash('sha256').update(origin).digest('base64url')
  return folder === null ? null : join(folder, 'rota', `schema-${name}.json`)
}

/** The time of the file says until when it is believed. */
async function readKept(path: string): Promise<Kept | null> {
  try {
    const { mtimeMs, size } = await stat(path)
    if (size > FILE_BYTES_MAX) return null
    return { schema: JSON.parse(await readFile(path, 'utf8')) as Json, untilMs: mtimeMs }
  } catch {
    // There is none, or it is damaged: both mean to ask the server.
    return null
  }
}

async function keep(path: string, schema: Json, untilMs: number): Promise<void> {
  try {
    await mkdir(join(path, '..'), { recursive: true, mode: 0o700 })
    const beside = `${path}.${process.pid}`
    await writeFile(beside, JSON.stringify(schema), { mode: 0o600 })
    await utimes(beside, untilMs / 1_000, untilMs / 1_000)
    await rename(beside, path)
  } catch {
    // A folder that cannot be written costs time at the next key, nothing else.
  }
}

function modelOf(schema: Json): Model | null {
  try {
    return schema === null ? null : new Model(parseSchema(schema))
  } catch {
    // Of another version.
    return null
  }
}
