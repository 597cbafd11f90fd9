/** Names of files and tests: one wire name, one file, a test beside it; no drawers for odds and ends. */
import { posix } from 'node:path'
import { lineAt, type Source } from './source.ts'
import type { Violation } from './violation.ts'

const DRAWERS = /^(utils?|common|helpers?|types?|misc|shared|index)$/

export function checkPathName(path: string): Violation[] {
  const drawer = path.split('/').map(part => part.replace(/\..*$/, '')).find(part => DRAWERS.test(part))
  if (drawer === undefined || !/\.tsx?$/.test(path)) return []
  const fix = drawer === 'index' ? 'import the file itself' : 'name it after what it does'
  return [{ path, line: 0, what: `the name '${drawer}'`, fix }]
}

/** A file of src/tasks that defines a variant is named after it, and its test stands beside it. */
export function checkVariant(source: Source, paths: ReadonlySet<string>): Violation[] {
  const name = variantName(source)
  if (name === null) return []
  const found: Violation[] = []
  const expected = `src/tasks/${kebab(name)}.ts`
  const test = source.path.replace(/\.ts$/, '.test.ts')
  if (source.path !== expected) found.push({ path: source.path, line: 0, what: `defines ${name}`, fix: `name the file ${expected}` })
  if (!paths.has(test)) found.push({ path: source.path, line: 0, what: `${name} has no test beside it`, fix: `write ${test}` })
  return found
}

/** The name of the variant that a file defines, or null. */
export function variantName(source: Source): string | null {
  if (!/^src\/tasks\/[^/]+(?<!\.test)\.ts$/.test(source.path)) return null
  return /\bdefine\.(?:task|planned)\(\{\s*name:\s*'(\w+)'/.exec(source.code)?.[1] ?? null
}

/** IndexDocument → index-document. */
export function kebab(name: string): string {
  return name.replace(/(?<!^)[A-Z]/g, letter => `-${letter}`).toLowerCase()
}

const TEST_CALL = /^( *)(?:await )?(?:t\.)?(describe|suite|it|test)\('((?:[^'\\]|\\.)+)'/gm

/** Two tests of one name under the same `describe` (told by indentation). */
export function checkTestNames(source: Source): Violation[] {
  if (!source.path.endsWith('.test.ts') && !source.path.startsWith('test/')) return []
  const seen = new Set<string>()
  const around: { readonly indent: number; readonly name: string }[] = []
  const found: Violation[] = []
  for (const match of source.code.matchAll(TEST_CALL)) {
    const indent = (match[1] ?? '').length
    const name = match[3] ?? ''
    while ((around.at(-1)?.indent ?? -1) >= indent) around.pop()
    const full = [...around.map(each => each.name), name].join(' › ')
    if (seen.has(full)) {
      found.push({ path: source.path, line: lineAt(source.text, match.index), what: `a second test named '${full}'`, fix: 'say what differs' })
    }
    seen.add(full)
    around.push({ indent, name })
  }
  return found
}

/** An import must end in the name of a file that is there: a wrong letter in its case works on some machines only. */
export function checkTargets(imports: readonly { from: string; line: number; target: string | null }[], paths: ReadonlySet<string>): Violation[] {
  return imports
    .filter(({ target }) => target !== null && !paths.has(posix.normalize(target)))
    .map(({ from, line, target }) => ({ path: from, line, what: `imports ${target}, which is not there`, fix: 'write the path as it is' }))
}
