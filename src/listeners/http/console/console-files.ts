/**
 * The built files of the web console, read once when the node starts: what is not in this map is never looked for, so a
 * request cannot name its way out of the folder. A new build counts from the next start.
 */
import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { extname, join, relative, sep } from 'node:path'
import { brotliCompress, constants, gzip } from 'node:zlib'
import { promisify } from 'node:util'
import type { Log } from '../../../base/log.ts'

export interface ConsoleFile {
  readonly type: string
  readonly etag: string
  /** Its name holds a hash of its content, so that the same name never has another content. */
  readonly isHashed: boolean
  readonly bytes: Buffer
  /** Made when it is first asked for, and kept. Null: smaller as it is. */
  coded(coding: Coding): Promise<Buffer | null>
}
export type Coding = 'br' | 'gzip'

export interface ConsoleFiles {
  /** The one page: its script reads from the address what to show. */
  readonly index: ConsoleFile
  /** By path: `/assets/index-4f9c21d0.js`, `/favicon.svg`. */
  readonly others: ReadonlyMap<string, ConsoleFile>
}

/** Of the folder; a build has some thirty files and two megabytes. */
const FILES_MAX = 1_000
const BYTES_MAX = 32_000_000
const PATH_SHAPE = /^\/(?:[A-Za-z0-9_-][A-Za-z0-9._-]*\/)*[A-Za-z0-9_-][A-Za-z0-9._-]*$/
const INDEX = '/index.html'
const HASHED = '/assets/'
/** 132 bits. */
const ETAG_CHARS = 22

const TEXTS: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml', '.json': 'application/json', '.webmanifest': 'application/manifest+json',
  '.txt': 'text/plain; charset=utf-8',
}
const PACKED: Readonly<Record<string, string>> = { '.woff2': 'font/woff2', '.png': 'image/png', '.webp': 'image/webp', '.ico': 'image/x-icon' }

/** Null: nothing is built there, or more than a build ever writes. What cannot be served is left out; both are said in the log. */
export async function readConsole(folder: string, log: Log): Promise<ConsoleFiles | null> {
  const paths = await pathsIn(folder)
  if (!paths.includes(INDEX)) return null
  const contents = paths.length > FILES_MAX ? [] : await Promise.all(paths.map(async path => [path, await readFile(join(folder, path))] as const))
  const bytes = contents.reduce((sum, [, content]) => sum + content.length, 0)
  if (contents.length === 0 || bytes > BYTES_MAX) {
    log.error({ folder, filesMax: FILES_MAX, bytesMax: BYTES_MAX }, 'the folder of the web console holds more than is ever served; build it anew')
    return null
  }
  const files = new Map<string, ConsoleFile>()
  for (const [path, content] of contents) {
    const file = consoleFile(path, content)
    if (file === null) log.warn({ file: path }, 'a file of the web console is not served: its name or type is not known')
    else files.set(path, file)
  }
  const index = files.get(INDEX)
  files.delete(INDEX)
  return index === undefined ? null : { index, others: files }
}

/** `path` begins with a slash. Null: of no name or type that a build writes. */
export function consoleFile(path: string, bytes: Buffer): ConsoleFile | null {
  const extension = extname(path)
  const text = TEXTS[extension]
  const type = text ?? PACKED[extension]
  if (type === undefined || !PATH_SHAPE.test(path)) return null
  // Weak, because one tag stands for all codings (RFC 9110 §8.8.1).
  const etag = `W/"${createHash('sha256').update(bytes).digest('base64url').slice(0, ETAG_CHARS)}"`
  const kept = new Map<Coding, Promise<Buffer | null>>()
  return {
    type, etag, bytes,
    isHashed: path.startsWith(HASHED),
    coded(coding) {
      const made = kept.get(coding) ?? (text === undefined ? Promise.resolve(null) : smaller(bytes, coding))
      kept.set(coding, made)
      return made
    },
  }
}

/** Beside the event loop. */
async function smaller(bytes: Buffer, coding: Coding): Promise<Buffer | null> {
  const made = coding === 'gzip' ? await promisify(gzip)(bytes, { level: 9 }) : await promisify(brotliCompress)(bytes, BROTLI)
  return made.length < bytes.length ? made : null
}
/** The highest quality saves another 9 % and takes the first visitor 1.4 s instead of 0.1 s. */
const BROTLI = { params: { [constants.BROTLI_PARAM_QUALITY]: 9, [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT } }

/** Hidden files are the build's own notes. */
async function pathsIn(folder: string): Promise<string[]> {
  let entries
  try {
    entries = await readdir(folder, { recursive: true, withFileTypes: true })
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  }
  return entries
    .filter(entry => entry.isFile() && !entry.name.startsWith('.'))
    .map(entry => `/${relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/')}`)
    .toSorted()
}
