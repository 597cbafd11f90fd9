/** Documents that must agree with the code: generated pages, links, and the file names in ARCHITECTURE.md. */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { before, describe, it } from 'node:test'
import { posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import { CATALOGUE_PATH, catalogueText } from '../tools/reference/catalogue.ts'
import { referencePages } from '../tools/reference/pages.ts'
import { readTree } from '../tools/tidy/tree.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const ARCHITECTURE_LINES_MAX = 250
const ADR_PARTS = ['Date', 'Status', 'Context', 'Decision', 'Consequences']

let files: Map<string, string>
before(async () => { files = await readTree(ROOT) })

describe('generated files', () => {
  it('agree with the code', async () => {
    const wanted = (await referencePages()).set(CATALOGUE_PATH, await catalogueText(ROOT))
    for (const [path, text] of wanted) assert.ok(files.get(path) === text, `${path} differs from the code: run \`npm run gen\``)
  })
  it('are all there is in docs/reference', async () => {
    const there = [...files.keys()].filter(path => path.startsWith('docs/reference/'))
    assert.deepEqual(there.sort(), [...(await referencePages()).keys()].sort())
  })
})

describe('documents', () => {
  it('link to files and headings that are there', () => {
    const broken: string[] = []
    for (const [path, text] of documents()) {
      for (const [, link = ''] of withoutFences(text).matchAll(/\]\(([^)\s]+)\)/g)) {
        if (!/^[a-z]+:/.test(link) && !leadsSomewhere(path, link)) broken.push(`${path}: ${link}`)
      }
    }
    assert.deepEqual(broken, [])
  })
  it('name files that are there', () => {
    const broken: string[] = []
    for (const [path, text] of documents()) {
      for (const [, name = ''] of withoutFences(text).matchAll(/`((?:src|test|tools|bench|docs|bin|webui\/src)\/[\w./-]+)`/g)) {
        if (!exists(name)) broken.push(`${path}: ${name}`)
      }
    }
    assert.deepEqual(broken, [])
  })
  it('keep ARCHITECTURE.md short', () => {
    const lines = files.get('ARCHITECTURE.md')?.split('\n').length ?? assert.fail('ARCHITECTURE.md is missing')
    assert.ok(lines <= ARCHITECTURE_LINES_MAX, `${lines} lines`)
  })
})

describe('decision records', () => {
  const records = () => [...files].filter(([path]) => /^docs\/adr\/\d{4}-/.test(path)).sort(([a], [b]) => a < b ? -1 : 1)
  it('are numbered without a gap', () => {
    const numbers = records().map(([path]) => Number(posix.basename(path).slice(0, 4)))
    assert.ok(numbers.length > 0)
    assert.deepEqual(numbers, numbers.map((_, index) => index + 1))
  })
  it('have all parts, in order', () => {
    for (const [path, text] of records()) {
      assert.deepEqual(Array.from(text.matchAll(/^## (.+)$/gm), match => match[1]), ADR_PARTS, path)
    }
  })
  it('give each dependency its line', () => {
    const listed = ['package.json', 'webui/package.json'].flatMap(path => {
      const manifest = JSON.parse(files.get(path) ?? '{}') as Record<string, Record<string, string>>
      return [...Object.keys(manifest['dependencies'] ?? {}), ...Object.keys(manifest['devDependencies'] ?? {})]
    })
    const record = records().find(([path]) => path.endsWith('-dependencies.md'))?.[1] ?? assert.fail('no record of dependencies')
    const named = Array.from(record.matchAll(/^\| `([^`]+)` \|/gm), match => match[1] ?? '')
    assert.deepEqual(named.sort(), listed.sort())
  })
})

function documents(): [string, string][] {
  return [...files].filter(([path]) => path.endsWith('.md'))
}

function withoutFences(text: string): string {
  return text.replace(/^```[\s\S]*?^```/gm, '')
}

function leadsSomewhere(from: string, link: string): boolean {
  const [place = '', heading] = link.split('#')
  const target = place === '' ? from : posix.join(posix.dirname(from), place)
  if (!exists(target)) return false
  if (heading === undefined) return true
  const headings = Array.from(files.get(target)?.matchAll(/^#+ (.+)$/gm) ?? [], match => slug(match[1] ?? ''))
  return headings.includes(heading)
}

/** A file, or a folder with files in it. Pictures are no source, so the tree does not hold them. */
function exists(path: string): boolean {
  const plain = path.replace(/\/$/, '')
  if (plain.endsWith('.png')) return existsSync(new URL(`../${plain}`, import.meta.url))
  return files.has(plain) || [...files.keys()].some(each => each.startsWith(`${plain}/`))
}

/** As GitHub makes anchors. */
function slug(heading: string): string {
  return heading.toLowerCase().replace(/[^\w\- ]/g, '').replaceAll(' ', '-')
}
