import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import type { KeyFamily } from './key-families.ts'
import { KEYS } from './key-families.ts'

const FAMILIES: readonly KeyFamily[] = Object.values(KEYS)
const SOURCES = join(import.meta.dirname, '..')

test('no key of one family could be one of another', () => {
  for (const { prefix } of FAMILIES) {
    assert.deepEqual(FAMILIES.filter(other => other.prefix.startsWith(prefix)).map(other => other.prefix), [prefix])
  }
})

test('what is removed by hand would go by itself too', () => {
  for (const { prefix, keptMs, removedBy } of FAMILIES) assert.equal(removedBy !== null && keptMs === null, false, prefix)
})

test('no source writes the beginning of a key but the table, and every writer takes it from there', async () => {
  const paths = (await readdir(SOURCES, { recursive: true })).filter(path => path.endsWith('.ts') && !path.endsWith('.test.ts'))
  const texts = new Map(await Promise.all(paths.map(async path => [path, code(await readFile(join(SOURCES, path), 'utf8'))] as const)))
  const own = join('registry', 'key-families.ts')
  for (const { prefix, writer } of FAMILIES) {
    const literal = ["'", '`', '"'].map(quote => quote + prefix)
    // A migration says what a key was when it was written, whatever becomes of the table.
    const users = paths.filter(path => !path.startsWith(join('store', 'sql', 'migrations')) && literal.some(text => texts.get(path)?.includes(text)))
    assert.deepEqual(users, [own], prefix)
    if (writer !== null) assert.match(texts.get(join(...writer.split('/'))) ?? '', /\bKEYS\b/, writer)
  }
})

/** Without the lines of comments. */
function code(text: string): string {
  return text.split('\n').filter(line => !/^\s*(\/?\*|\/\/)/.test(line)).join('\n')
}
