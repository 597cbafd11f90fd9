/** The catalogues of the console, told apart by folder, and what is wrong with them. */
import { glob, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const SOURCES = 'webui/src'

export interface Catalogues {
  /** Where its texts may be used. */
  readonly folder: string
  readonly en: unknown
  readonly de: unknown
}
/** A text, or a function that makes one. */
type Leaf = string | ((...given: unknown[]) => unknown)

export async function readCatalogues(): Promise<Catalogues[]> {
  const found = [{ folder: SOURCES, en: (await load(`${SOURCES}/texts/en.ts`))['en'], de: (await load(`${SOURCES}/texts/de.ts`))['de'] }]
  for (const path of await Array.fromAsync(glob(`${SOURCES}/**/texts.ts`, { cwd: ROOT }))) {
    for (const hook of Object.values(await load(path))) {
      const catalogues = cataloguesOf(hook)
      if (catalogues !== null) found.push({ folder: dirname(path), ...catalogues })
    }
  }
  return found
}

/** One that several pages use, by its file in texts/ and its hook. */
export async function readShared(file: string, hook: string): Promise<Omit<Catalogues, 'folder'>> {
  const found = cataloguesOf((await load(`${SOURCES}/texts/${file}`))[hook])
  if (found === null) throw new Error(`${file} has no catalogues ${hook}`)
  return found
}

async function load(path: string): Promise<Readonly<Record<string, unknown>>> {
  // What the browser has and node has not; nothing is kept there.
  Object.defineProperty(globalThis, 'localStorage', { configurable: true, value: { getItem: () => null } })
  return await import(pathToFileURL(join(ROOT, path)).href) as Readonly<Record<string, unknown>>
}

function cataloguesOf(hook: unknown): Omit<Catalogues, 'folder'> | null {
  return (hook as { readonly catalogues?: Omit<Catalogues, 'folder'> } | undefined)?.catalogues ?? null
}

/** All code of the console that may use texts, by path. */
export async function readConsoleCode(): Promise<Map<string, string>> {
  const code = new Map<string, string>()
  for (const path of await Array.fromAsync(glob(`${SOURCES}/**/*.{ts,tsx}`, { cwd: ROOT }))) {
    if (!/\.test\.tsx?$|\/texts(-\w+)?\.ts$|\/texts\/(en|de)\.ts$/.test(path)) code.set(path, await readFile(join(ROOT, path), 'utf8'))
  }
  return code
}

/** Texts that only one language has, that do not take in the same values, or that are the same in both. */
export function differences({ folder, en, de }: Catalogues): string[] {
  const english = leavesOf(en)
  const german = leavesOf(de)
  const found: string[] = []
  for (const [path, text] of english) {
    const other = german.get(path)
    if (other === undefined) found.push(`${folder}: ${path} has no German text`)
    else if (valuesIn(text) !== valuesIn(other)) found.push(`${folder}: ${path} takes in ${valuesIn(text)} in English and ${valuesIn(other)} in German`)
    else if (isSentence(text) && text === other) found.push(`${folder}: ${path} is not translated`)
  }
  for (const path of german.keys()) if (!english.has(path)) found.push(`${folder}: ${path} has no English text`)
  return found
}

/**
 * Texts that no code of their folder names, as `.key` or `['key']`. What stands in a part that code takes by a computed
 * name (`.parent[kind]`) or hands on as a whole (`words={t.parent}`, `const { parent } = useTexts()`) counts as shown.
 */
export function unused({ folder, en }: Catalogues, code: ReadonlyMap<string, string>): string[] {
  const all = [...code].filter(([path]) => path.startsWith(`${folder}/`)).map(([, text]) => text).join('\n')
  const names = (key: string) => new RegExp(`\\.${key}\\b|\\['${key}'\\]`).test(all)
  const takesWhole = (key: string) => [
    `\\.${key}\\[(?!')`, `\\b(t|tt|own)\\.(\\w+\\.)*${key}\\b(?!\\??\\.\\w|\\[|\\()`, `\\{[^{}]*\\b${key}\\b[^{}]*\\} = use\\w*Texts\\(`,
  ].some(pattern => new RegExp(pattern).test(all))
  return [...leavesOf(en).keys()].filter(path => {
    const keys = path.split('.')
    return !names(keys.at(-1) ?? '') && !keys.slice(0, -1).some(takesWhole)
  }).map(path => `${folder}: nothing shows ${path}`)
}

function leavesOf(value: unknown, path = ''): Map<string, Leaf> {
  if (typeof value === 'string' || typeof value === 'function') return new Map([[path, value as Leaf]])
  if (typeof value !== 'object' || value === null) return new Map()
  return new Map(Object.entries(value).flatMap(([key, each]) => [...leavesOf(each, path === '' ? key : `${path}.${key}`)]))
}

/** More than any text takes. */
const VALUES_MAX = 6
const FIRST_VALUE = 71

/** Which of its values the text shows, as `1, 3`; a function shows a value when the value stands in what it makes. */
function valuesIn(text: Leaf): string {
  if (typeof text === 'string') return 'no value'
  const values = Array.from({ length: VALUES_MAX }, (_, index) => FIRST_VALUE + index)
  const made = textOf(text, values) ?? textOf(text, values.map(String)) ?? ''
  return values.flatMap((value, index) => made.includes(String(value)) ? [index + 1] : []).join(', ') || 'no value'
}

function textOf(text: Exclude<Leaf, string>, values: readonly unknown[]): string | null {
  try {
    return String(text(...values))
  } catch {
    return null // It wants values of the other kind.
  }
}

function isSentence(text: Leaf): boolean {
  return typeof text === 'string' && /\p{L} \p{L}.* \p{L}/u.test(text)
}
