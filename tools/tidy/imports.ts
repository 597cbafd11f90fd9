/** The imports of a file. Every import of our own is relative and carries its extension, so paths are enough. */
import { posix } from 'node:path'
import { lineAt, type Source } from './source.ts'

export interface Import {
  readonly from: string
  readonly line: number
  /** Path in the repository, for relative imports; else null. */
  readonly target: string | null
  /** As written. */
  readonly specifier: string
  readonly typeOnly: boolean
}

const STATEMENT = /\b(?:import|export)\s+(type\s+)?(?:[\w$*\s{},]+?\sfrom\s+)?'([^']+)'/g
const CALL = /\bimport\s*\(\s*'([^']+)'\s*\)/g

export function importsOf(source: Source): Import[] {
  const found: Import[] = []
  const add = (offset: number, specifier: string | undefined, typeOnly: boolean) => {
    if (specifier === undefined || source.bare[offset] === ' ') return
    const target = specifier.startsWith('.') ? posix.join(posix.dirname(source.path), specifier) : null
    found.push({ from: source.path, line: lineAt(source.text, offset), target, specifier, typeOnly })
  }
  for (const match of source.code.matchAll(STATEMENT)) add(match.index, match[2], match[1] !== undefined)
  for (const match of source.code.matchAll(CALL)) {
    const [before, after] = [source.code.slice(0, match.index), source.code.slice(match.index + match[0].length)]
    add(match.index, match[1], /\btypeof\s+$/.test(before) || BEFORE_TYPE.test(before) && TYPE_NAME.test(after))
  }
  return found
}

/** `import('…').Name` where a type stands. Every other one is a call, which loads the file. */
const BEFORE_TYPE = /[:<|=]\s*$/
const TYPE_NAME = /^\.[A-Z]/
