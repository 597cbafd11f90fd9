/** Bodies and ids that come from a file or from standard input instead of the command line. */
import { readFile, stat } from 'node:fs/promises'
import type { Json, JsonObject } from '../../base/json.ts'
import { isJsonObject } from '../../base/json.ts'
import { usage } from '../failure.ts'
import type { Terminal } from '../terminal.ts'

export interface BodyOptions { readonly file?: string; readonly stdin?: boolean }

const INPUT_BYTES_MAX = 10_000_000

/** The JSON object in the file or on stdin; empty when neither is asked for. */
export async function readBody(terminal: Terminal, { file, stdin }: BodyOptions): Promise<JsonObject> {
  if (file !== undefined && stdin) throw usage('--file and --stdin exclude each other')
  if (file !== undefined) return parseBody(await readText(file), file)
  return stdin ? parseBody(await readInput(terminal), 'stdin') : {}
}

/** One id a line, or one object with an `id` a line, as `rota query --json` writes them. */
export async function readIds(terminal: Terminal): Promise<string[]> {
  const lines = (await readInput(terminal)).split('\n').map(line => line.trim()).filter(Boolean)
  return lines.map((line, index) => {
    if (!line.startsWith('{')) return line
    const value = tryJson(line)
    if (isJsonObject(value) && typeof value['id'] === 'string') return value['id']
    throw usage(`stdin, line ${index + 1}: no id`, 'give one id a line, or the output of `rota query --json`')
  })
}

function parseBody(text: string, source: string): JsonObject {
  const value = tryJson(text)
  if (value === undefined) throw usage(`${source}: it is not JSON`)
  if (!isJsonObject(value)) throw usage(`${source}: it is not one JSON object`)
  return value
}

export async function readText(path: string, bytesMax = INPUT_BYTES_MAX): Promise<string> {
  try {
    const { size } = await stat(path)
    if (size > bytesMax) throw usage(`${path}: it is larger than ${bytesMax} bytes`)
    return await readFile(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'syscall' in error) throw usage(`--file: ${error.message}`)
    throw error
  }
}

export async function readInput({ stdin }: Terminal, bytesMax = INPUT_BYTES_MAX): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of stdin as AsyncIterable<Buffer | string>) {
    const bytes = Buffer.from(chunk)
    size += bytes.length
    if (size > bytesMax) throw usage(`stdin: it is larger than ${bytesMax} bytes`)
    chunks.push(bytes)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function tryJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json
  } catch {
    return undefined
  }
}
