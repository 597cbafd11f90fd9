/** What a start leaves out is loaded here, so that a module that cannot be is found before the first task that needs it. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { readSource } from '../tools/tidy/source.ts'
import { readTree } from '../tools/tidy/tree.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
/** Runs a command when it is loaded. */
const PROGRAM = 'src/main.ts'

const late = new Set<string>()
for (const [path, text] of await readTree(ROOT)) {
  if (!/^src\/.*(?<!\.test)\.ts$/.test(path) || path === PROGRAM) continue
  for (const [, specifier = ''] of readSource(path, text).code.matchAll(/(?<!typeof )\bimport\('([^']+)'\)/g)) {
    late.add(specifier.startsWith('.') ? new URL(specifier, pathToFileURL(`${ROOT}/${path}`)).href : specifier)
  }
}

describe('what is loaded when it is first needed', () => {
  for (const specifier of late) {
    test(`${specifier.replace(pathToFileURL(ROOT).href, '')} can be loaded`, async () => {
      assert.ok(Object.keys(await import(specifier) as object).length > 0)
    })
  }
  test('is found in the sources', () => {
    for (const part of ['html-to-text', 'eld', 'pino-pretty', 'acme/renewal.ts', 'store/postgres/store.ts', 'commands/apply.ts']) {
      assert.ok([...late].some(specifier => specifier.endsWith(part)), part)
    }
  })
})
