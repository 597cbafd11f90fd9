/**
 * Where the text of a certificate or a key comes from: the object itself, or this node. A file or variable is named by
 * an administrator and read with the rights of the server, so what it holds is never repeated, not even in an error.
 *
 * | failure                                  | what is said                            |
 * |------------------------------------------|-----------------------------------------|
 * | no such variable, or an empty one        | not set on this node                    |
 * | no such file, no right to it             | cannot be read on this node, the code   |
 * | a folder, a pipe, a device               | no regular file; nothing of it is read  |
 * | more than 64 KiB                         | too large; no more than that is read    |
 */
import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { isAbsolute } from 'node:path'
import type { JsonObject } from '../../base/json.ts'

export const PEM_BYTES_MAX = 65_536

export type PemText = { readonly kind: 'text'; readonly text: string } | { readonly kind: 'unreadable'; readonly reason: string }
/** The environment of this process. */
export type Variables = Readonly<Record<string, string | undefined>>

/** `source`: a PublicText, SecretText or SecretKey, as it is stored. */
export async function readPem(source: JsonObject, variables: Variables): Promise<PemText> {
  switch (source['@type']) {
    case 'Text': case 'Value': return { kind: 'text', text: String(source['value'] ?? source['secret'] ?? '') }
    case 'EnvironmentVariable': return readVariable(String(source['variableName']), variables)
    case 'File': return readFile(String(source['filePath']))
    default: return unreadable('is of a kind that this version does not know.')
  }
}

function readVariable(name: string, variables: Variables): PemText {
  const text = Object.hasOwn(variables, name) ? variables[name] : undefined
  if (text === undefined || text === '') return unreadable(`is to be read from the variable ${name}, which is not set on this node.`)
  return Buffer.byteLength(text) > PEM_BYTES_MAX ? tooLarge() : { kind: 'text', text }
}

async function readFile(path: string): Promise<PemText> {
  if (!isAbsolute(path)) return unreadable('is to be read from a file whose path is not absolute.')
  try {
    // Without O_NONBLOCK the opening of a pipe would wait for whoever writes into it.
    await using file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
    if (!(await file.stat()).isFile()) return unreadable(`is to be read from ${path}, which is no regular file.`)
    const bytes = Buffer.alloc(PEM_BYTES_MAX + 1)
    let length = 0
    for (;;) {
      const { bytesRead } = await file.read(bytes, length, bytes.length - length, null)
      length += bytesRead
      if (bytesRead === 0 || length === bytes.length) break
    }
    return length > PEM_BYTES_MAX ? tooLarge() : { kind: 'text', text: bytes.toString('utf8', 0, length) }
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException
    return unreadable(`cannot be read from ${path} on this node (${code}).`)
  }
}

function tooLarge(): PemText {
  return unreadable(`is longer than ${PEM_BYTES_MAX} bytes.`)
}

function unreadable(reason: string): PemText {
  return { kind: 'unreadable', reason }
}
