/**
 * What the node on this machine leaves for its own command line: `node.json` in the data folder, with the
 * address and a token. It is believed only when nobody but its owner can read or write it and the owner is
 * the caller (or the caller is root): the default folder is relative, and a planted file must not lead a
 * login elsewhere.
 */
import type { FileHandle } from 'node:fs/promises'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import type { Json } from '../base/json.ts'
import { isJsonObject } from '../base/json.ts'

/** `hostname` null: it is of a version that does not say. */
export interface LocalNode { readonly pid: number; readonly hostname: string | null; readonly url: string; readonly token: string }
export type NodeFile =
  | { readonly kind: 'found'; readonly path: string; readonly node: LocalNode }
  | { readonly kind: 'unusable'; readonly path: string; readonly why: string }

const FILE_NAME = 'node.json'
const OTHERS_MASK = 0o077
const FILE_BYTES_MAX = 64 * 1024

export async function readNodeFile(dataDir: string): Promise<NodeFile> {
  const path = join(dataDir, FILE_NAME)
  let file: FileHandle | null = null
  try {
    file = await open(path, 'r')
    const { uid, mode, size } = await file.stat()
    const unusable = (why: string): NodeFile => ({ kind: 'unusable', path, why })
    const own = process.getuid?.()
    if (own !== undefined && own !== 0 && uid !== own) return unusable('it belongs to somebody else')
    if ((mode & OTHERS_MASK) !== 0) return unusable('others may read or write it (mode must be 0600)')
    if (size > FILE_BYTES_MAX) return unusable('it is too large')
    const node = parseNode(await file.readFile('utf8'))
    return node === null ? unusable('its content is not understood') : { kind: 'found', path, node }
  } catch (error) {
    return { kind: 'unusable', path, why: reason(error) }
  } finally {
    await file?.close()
  }
}

/** Whether the process still exists, as far as this user can tell. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return codeOf(error) === 'EPERM'
  }
}

function parseNode(text: string): LocalNode | null {
  let value: Json
  try {
    value = JSON.parse(text) as Json
  } catch {
    return null
  }
  if (!isJsonObject(value)) return null
  const { pid, hostname, url, token } = value
  if (typeof pid !== 'number' || typeof url !== 'string' || typeof token !== 'string') return null
  return URL.canParse(url) ? { pid, hostname: typeof hostname === 'string' ? hostname : null, url, token } : null
}

function reason(error: unknown): string {
  const code = codeOf(error)
  if (code === 'ENOENT') return 'there is none'
  if (code === 'EACCES') return 'it may not be read'
  return error instanceof Error ? error.message : String(error)
}

function codeOf(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null
}
