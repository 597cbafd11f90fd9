/** Places to look at in review: long files and long functions. They are printed and never fail. */
import { lineAt, type Source } from './source.ts'

export const FILE_LINES_LOOK = 400
export const FUNCTION_LINES_LOOK = 70

export function longPlaces(source: Source): string[] {
  const lines = source.text.split('\n').length - 1
  const file = lines > FILE_LINES_LOOK ? [`${source.path} has ${lines} lines`] : []
  // A suite is one long function around its tests: its length says nothing.
  return /\.test\.ts$|^test\//.test(source.path) ? file : [...file, ...longFunctions(source)]
}

function longFunctions({ path, bare }: Source): string[] {
  const open: number[] = []
  const found: string[] = []
  for (let at = 0; at < bare.length; at++) {
    if (bare[at] === '{') open.push(at)
    if (bare[at] !== '}') continue
    const start = open.pop()
    const name = start === undefined ? null : functionName(bare, start)
    if (start === undefined || name === null) continue
    const lines = lineAt(bare, at) - lineAt(bare, start) + 1
    if (lines > FUNCTION_LINES_LOOK) found.push(`${path}:${lineAt(bare, start)} ${name} has ${lines} lines`)
  }
  return found
}

const BLOCKS = new Set(['if', 'for', 'while', 'switch', 'catch', 'with'])
const HEAD_CHARS_MAX = 2_000

/** The name of the function whose body this brace opens; null when it opens something else. */
function functionName(bare: string, brace: number): string | null {
  const head = bare.slice(Math.max(brace - HEAD_CHARS_MAX, 0), brace)
  if (/=>\s*$/.test(head)) return /(\w+)\s*(?::[^=\n]*)?=\s*[^=\n]*=>\s*$/.exec(head)?.[1] ?? 'a function'
  const end = /\)\s*(?::[^;{}()=]*)?$/.exec(head)
  if (!end) return null
  let depth = 1
  let at = end.index
  while (depth > 0 && --at >= 0) {
    if (head[at] === ')') depth += 1
    if (head[at] === '(') depth -= 1
  }
  const name = /([\w$#]+)\s*(?:<[^()]*>)?\s*$/.exec(head.slice(0, at))?.[1] ?? null
  return name === null || BLOCKS.has(name) ? null : name
}
