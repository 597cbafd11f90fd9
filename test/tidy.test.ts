/** The form of this repository, and for each rule a planted violation that it must find. */
import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { BANS } from '../tools/tidy/bans.ts'
import { HOMES } from '../tools/tidy/packages.ts'
import { checkTree, placesToLookAt } from '../tools/tidy/tidy.ts'
import { readTree } from '../tools/tidy/tree.ts'
import { show } from '../tools/tidy/violation.ts'

describe('this repository', () => {
  let files: Map<string, string>
  before(async () => { files = await readTree(fileURLToPath(new URL('..', import.meta.url))) })

  it('was read', () => {
    for (const path of ['package.json', 'src/errors.ts', 'test/tidy.test.ts', '.ci/run', 'README.md']) assert.ok(files.has(path), path)
  })

  it('keeps the rules', t => {
    for (const place of placesToLookAt(files)) t.diagnostic(`look at ${place}`)
    assert.deepEqual(checkTree(files).map(show), [])
  })
})

const ALSO_THERE = ['src/base/a.ts', 'src/engine/ports/task.ts', 'src/services/mail.ts', 'src/tasks/one.ts', 'test/support/x.ts']

/** Violations of some files in a small tree; what is imported from it is there. */
function plant(planted: Readonly<Record<string, string>>): string[] {
  const files = new Map(ALSO_THERE.map(path => [path, '']))
  for (const [path, text] of Object.entries(planted)) files.set(path, text)
  return checkTree(files).map(show)
}
function finds(planted: Readonly<Record<string, string>>, ...expected: readonly RegExp[]): void {
  const found = plant(planted)
  assert.equal(found.length, expected.length, found.join('\n') || 'nothing was found')
  expected.forEach((pattern, index) => { assert.match(found[index] ?? '', pattern) })
}

describe('layers', () => {
  it('refuses an import up', () => {
    finds({ 'src/engine/a.ts': 'import x from \'../tasks/one.ts\'' }, /^src\/engine\/a\.ts:1: src\/engine may not import src\/tasks\/one\.ts; it may import src\/base/)
  })
  it('takes an import down, and types where only types are allowed', () => {
    finds({
      'src/engine/a.ts': 'import x from \'../base/a.ts\'',
      'src/tasks/a.ts': 'import type { M } from \'../services/mail.ts\'',
      'src/store/a.ts': 'import type { P } from \'../engine/ports/task.ts\'',
    })
  })
  it('refuses a value where only types are allowed', () => {
    finds({ 'src/tasks/a.ts': 'import { type M } from \'../services/mail.ts\'' }, /src\/tasks may not import src\/services\/mail/)
  })
  it('sees re-exports, side effects and import()', () => {
    const files = ['export { x } from \'../tasks/one.ts\'', 'import \'../tasks/one.ts\'', 'const x = await import(\'../tasks/one.ts\')']
    for (const text of files) finds({ 'src/base/b.ts': text }, /src\/base may not import/)
  })
  it('takes import() for a value wherever it is a call, and for a type where it names one', () => {
    const calls = [
      'function load() { return import(\'../services/mail.ts\') }', 'await Promise.all([import(\'../services/mail.ts\')])',
      'const load = () => import(\'../services/mail.ts\')', 'const later = import(\'../services/mail.ts\')', 'const m = is ? null : import(\'../services/mail.ts\')',
    ]
    for (const text of calls) finds({ 'src/tasks/a.ts': text }, /src\/tasks may not import src\/services\/mail/)
    const types = ['type M = import(\'../services/mail.ts\').M', 'let m: typeof import(\'../services/mail.ts\')', 'const all: Set<import(\'../services/mail.ts\').M> = new Set()']
    for (const text of types) finds({ 'src/tasks/a.ts': text })
  })
  it('does not see imports in comments and texts', () => {
    finds({ 'src/base/b.ts': '// import x from \'../tasks/one.ts\'\nconst x = `import x from \'../tasks/one.ts\'`' })
  })
  it('lets a test beside its source use what tests share, but not the source', () => {
    finds({ 'src/base/b.test.ts': 'import x from \'../../test/support/x.ts\'' })
    finds({ 'src/base/b.ts': 'import x from \'../../test/support/x.ts\'' }, /src\/base may not import test\/support/)
    finds({ 'src/base/b.test.ts': '', 'test/c.ts': 'import \'../src/base/b.test.ts\'' }, /imports a test/)
  })
  it('refuses files of no layer', () => {
    finds({ 'src/else/a.ts': 'import x from \'../base/a.ts\'' }, /outside of every layer/)
  })
  it('keeps sockets and files out of the inner layers', () => {
    finds({ 'src/engine/a.ts': 'import net from \'node:net\'' }, /src\/engine may not import node:net; take what it gives through a port/)
    finds({ 'src/listeners/a.ts': 'import net from \'node:net\'' })
  })
  it('keeps the console to the client of the API, and everybody else away from it', () => {
    finds({ 'src/jmap-client/a.ts': '', 'webui/src/a.tsx': 'import x from \'../../src/jmap-client/a.ts\'\nimport y from \'../../src/base/a.ts\'' })
    finds({ 'webui/src/a.tsx': 'import x from \'../../src/services/mail.ts\'' }, /webui\/src may not import src\/services\/mail\.ts/)
    finds({ 'webui/src/a.tsx': 'import x from \'node:fs\'' }, /webui\/src may not import node:fs/)
    finds({ 'webui/src/a.ts': '', 'src/cli/a.ts': 'import x from \'../../webui/src/a.ts\'' }, /src\/cli may not import webui\/src\/a\.ts/)
  })
  it('keeps the pages of the console apart', () => {
    const there = { 'webui/src/parts/a.tsx': '', 'webui/src/pages/one/a.tsx': '', 'webui/src/pages/one/b.tsx': 'import \'./a.tsx\'\nimport \'../../parts/a.tsx\'' }
    finds(there)
    finds({ ...there, 'webui/src/pages/two/a.tsx': '\nimport \'../one/a.tsx\'' }, /^webui\/src\/pages\/two\/a\.tsx:2: the page webui\/src\/pages\/two imports of the page webui\/src\/pages\/one;/)
  })
  it('finds a cycle', () => {
    const found = plant({ 'src/base/b.ts': 'import \'./c.ts\'', 'src/base/c.ts': 'import \'./d.ts\'', 'src/base/d.ts': 'import \'./b.ts\'' })
    assert.match(found.join(), /^src\/base\/b\.ts: imports itself in a circle: src\/base\/b\.ts → src\/base\/c\.ts → src\/base\/d\.ts → src\/base\/b\.ts;[^;]*$/)
  })
  it('finds an import of a file that is not there', () => {
    finds({ 'src/base/b.ts': 'import \'./A.ts\'' }, /imports src\/base\/A\.ts, which is not there/)
  })
})

describe('packages', () => {
  const lock = JSON.stringify({ packages: {} })
  const manifest = (dependencies: readonly string[], devDependencies: readonly string[] = []) => ({
    'package-lock.json': lock,
    'package.json': JSON.stringify({
      dependencies: Object.fromEntries(dependencies.map(name => [name, '1.0.0'])),
      devDependencies: Object.fromEntries(devDependencies.map(name => [name, '1.0.0'])),
    }),
  })
  it('must be listed', () => {
    finds({ ...manifest([]), 'src/store/a.ts': 'import { x } from \'left-pad/x\'' }, /imports left-pad, which is not in package\.json/)
    finds({ ...manifest([], ['fast-check']), 'src/base/b.ts': 'import fc from \'fast-check\'' }, /only a development dependency/)
    finds({ ...manifest([], ['fast-check']), 'src/base/b.test.ts': 'import fc from \'fast-check\'' })
  })
  it('stay at home', () => {
    for (const [name, homes] of Object.entries(HOMES)) {
      const home = homes[0]
      if (home === undefined) continue
      const root = manifest(name.startsWith('node:') ? [] : [name])
      const listed = { ...root, 'webui/package.json': root['package.json'] }
      finds({ ...listed, [`${home}/a.ts`]: `import x from '${name}'` })
      finds({ ...listed, 'src/registry/a.ts': `import x from '${name}'` }, new RegExp(`imports ${name}; only ${home}`))
    }
  })
  it('of tests stay at home too, where they have one', () => {
    finds({ ...manifest([], ['playwright-core']), 'bench/a.ts': 'import x from \'playwright-core\'' }, /imports playwright-core; only test/)
    finds({ ...manifest([], ['playwright-core']), 'test/browser/a.test.ts': 'import x from \'playwright-core\'' })
  })
  it('of the console are listed in its own manifest, and those of a node are not there', () => {
    const workspace = { ...manifest(['pg']), 'webui/package.json': JSON.stringify({ dependencies: { react: '1' }, devDependencies: { vite: '1' } }) }
    const used = { 'src/store/postgres/a.ts': 'import x from \'pg\'', 'webui/src/a.tsx': 'import x from \'react\'' }
    finds({ ...workspace, ...used, 'webui/vite.config.ts': 'import x from \'vite\'' })
    finds({ ...workspace, ...used, 'webui/src/b.ts': 'import x from \'pg\'' }, /imports pg, which is not in webui\/package\.json/)
    finds({ ...workspace, ...used, 'webui/src/b.ts': 'import x from \'vite\'' }, /imports vite, which is only a development dependency/)
    finds({ ...workspace, ...used, 'src/store/b.ts': 'import x from \'react\'' }, /imports react, which is not in package\.json/)
  })
  it('have a home and a use', () => {
    finds(manifest(['left-pad']), /left-pad has no home/)
    finds(manifest(['pg']), /package\.json: nothing imports pg/)
    finds({ ...manifest([]), 'webui/package.json': JSON.stringify({ dependencies: { uplot: '1' } }) }, /webui\/package\.json: nothing imports uplot/)
  })
  it('of other platforms are in the lock file', () => {
    const packages = { 'node_modules/a': { optionalDependencies: { 'a-mac': '1' } } }
    const missing = { ...manifest([]), 'package-lock.json': JSON.stringify({ packages }) }
    finds(missing, /package-lock\.json: has no entry for a-mac/)
    finds({ ...missing, 'package-lock.json': JSON.stringify({ packages: { ...packages, 'node_modules/a-mac': {} } }) })
  })
})

/** For each ban, by its name: text that breaks it, and text beside it that is fine. */
const BROKEN: Readonly<Record<string, { readonly bad: readonly string[]; readonly good?: readonly string[]; readonly path?: string }>> = {
  'Date.now()': { bad: ['const t = Date.now()'], good: ['// Date.now()', 'const t = "Date.now()"'] },
  'new Date() without a time': { bad: ['new Date()', 'new Date ( )', 'const d = new Date'], good: ['new Date(ms)', 'new DateRange()'] },
  'a timer': { bad: ['setTimeout(f, 1)', 'setInterval (f)', 'import { setTimeout } from \'node:timers/promises\''], good: ['socket.setTimeout(5)'] },
  'Math.random()': { bad: ['const r = Math.random()'], good: ['Math.round(1)'] },
  'a random id': { bad: ['randomUUID()', 'crypto.randomUUIDv7()'] },
  'process.exit()': { bad: ['process.exit(1)', 'process.abort()'], good: ['process.exitCode = 1'] },
  console: { bad: ['console.log(1)'], good: ['my.console.log(1)', 'consoles.x()'] },
  'process.env': { bad: ['process.env.HOME', 'f(process.env)'] },
  '`as any`': { bad: ['f(x as any)'], good: ['const t = "as any"'] },
  'a silenced compiler': { bad: ['// @ts-ignore\nf()', '/* @ts-expect-error */ f()', '// @ts-nocheck'] },
  'a mark for later': { bad: ['// TODO', 'const s = "FIXME"'], good: ['const todo = 1'] },
  'a test that runs alone': { path: 'test/a.test.ts', bad: ['it.only("a", f)', 'it("a", { only: true }, f)'], good: ['it("a", f)'] },
  'a test that sleeps': { path: 'test/a.test.ts', bad: ['await pause(systemClock, 5)', 'await sleep(5)'], good: ['await pause(clock, 5)'] },
  'markup from text': {
    path: 'webui/src/a.tsx', bad: ['<p dangerouslySetInnerHTML={x} />', 'a.innerHTML = x', 'a.insertAdjacentHTML("beforeend", x)'],
    good: ['a.textContent = x'],
  },
  'a format of dates of its own': {
    path: 'webui/src/pages/a/a.tsx', bad: ['new Intl.DateTimeFormat(language)'], good: ['dateText(ms, language, {})', 'new Intl.NumberFormat(language)'],
  },
  'code from text': { bad: ['eval(text)', 'new Function(text)'], good: ['parser.eval(text)'] },
}

describe('bans', () => {
  for (const { what, fix } of BANS) {
    it(`finds ${what}`, () => {
      const { bad, good = [], path = 'src/services/a.ts' } = BROKEN[what] ?? assert.fail('no example')
      for (const text of bad) {
        const found = plant({ [path]: text })
        assert.equal(found.length, 1, `${text}: ${found.join()}`)
        assert.ok(found[0]?.startsWith(`${path}:1: ${what}; ${fix}`), found.join())
      }
      for (const text of good) finds({ [path]: text })
    })
  }
  it('has an example for each, and no other', () => {
    assert.deepEqual(Object.keys(BROKEN).sort(), BANS.map(ban => ban.what).sort())
  })
  it('names the line', () => {
    finds({ 'src/jmap/a.ts': '\n\n/* a\n */ Date.now()' }, /^src\/jmap\/a\.ts:4: /)
  })
  it('looks into templates and behind regular expressions', () => {
    finds({ 'src/jmap/a.ts': 'const x = `${Date.now()}`' }, /Date\.now/)
    finds({ 'src/jmap/a.ts': 'const x = /["\'`]/; Date.now()' }, /Date\.now/)
  })
  it('lets the one place do it', () => {
    finds({
      'src/base/clock.ts': 'Date.now(); setTimeout(f, 1)', 'webui/src/api/browser.ts': 'Date.now(); setTimeout(f, 1)', 'src/base/random.ts': 'Math.random()',
      'src/server/a.ts': 'f(process.env)', 'src/cli/a.ts': 'console.log(process.env)',
    })
  })
})

describe('names', () => {
  const variant = 'export default define.task({\n  name: \'SendReport\',\n})'
  it('of a variant and its file agree, with a test beside it', () => {
    finds({ 'src/tasks/send-report.ts': variant, 'src/tasks/send-report.test.ts': '' })
    finds({ 'src/tasks/send-report.ts': variant }, /SendReport has no test beside it; write src\/tasks\/send-report\.test\.ts/)
    finds({ 'src/tasks/report.ts': variant, 'src/tasks/report.test.ts': '' }, /defines SendReport; name the file src\/tasks\/send-report\.ts/)
  })
  it('say what a file is for', () => {
    for (const path of ['src/base/utils.ts', 'src/base/index.ts', 'src/base/helpers/a.ts', 'test/support/common.ts', 'src/jmap/types.d.ts']) {
      finds({ [path]: '' }, /the name '/)
    }
    finds({ 'src/registry/schema/type-names.ts': '' })
  })
  it('of tests differ', () => {
    finds({ 'test/a.test.ts': 'it(\'a\', f)\nit(\'a\', f)' }, /^test\/a\.test\.ts:2: a second test named 'a'/)
    finds({ 'test/a.test.ts': 'describe(\'x\', () => {\n  it(\'a\', f)\n})\ndescribe(\'y\', () => {\n  it(\'a\', f)\n})' })
    finds({ 'test/a.test.ts': 'describe(\'x\', () => {\n  it(\'a\', f)\n  it(\'b\', f)\n  it(\'a\', f)\n})' }, /:4: a second test named 'x › a'/)
  })
})

describe('the markup of the console', () => {
  const found = (text: string, path = 'webui/src/a.tsx') => plant({ [path]: text })
  it('holds no words where the linter does not look', () => {
    const attribute = /the text '.*' in an attribute; put it into the catalogues/
    const component = /the text '.*' in a component; put it into the catalogues/
    for (const [text, what] of [
      ['<a title="Go">', attribute], ['<a aria-label={\'Go\'}>', attribute], ['<a aria-label={`Go to ${name}`}>', attribute],
      ['f(busy ? \'Please wait\' : null)', component], ['f(`${count} tasks, all of them`)', component],
    ] as const) {
      assert.equal(found(text).length, 1, text)
      assert.match(found(text)[0] ?? '', what)
    }
  })
  it('may hold names, signs, selectors and what programmers read', () => {
    for (const text of [
      '<a title={t.go} role="img" label={`${a} – ${b}`}>', 'f(\'Task\', \'Destroy\')', 'const a = \'b\', c = d, e = \'f\'', '// Please wait',
      'a.closest(\'a, button\')', 'throw new Error(\'used outside of the page\')', '<p>{a}</p><b>{c}</b>',
    ]) assert.deepEqual(found(text), [])
    assert.deepEqual(found('f(\'Please wait\')', 'webui/src/texts/en.ts'), [])
  })
})

describe('texts', () => {
  it('name no place of one machine', () => {
    for (const place of [['', 'home', 'alice'], ['', 'tmp', 'x.log'], ['', 'root', '.npmrc']]) {
      finds({ 'docs/a.md': `see ${place.join('/')}` }, /docs\/a\.md:1: the path/)
    }
    finds({ 'docs/a.md': 'see docs/home/a and https://example.org/home/a' })
  })
  it('name no host of packages', () => {
    const host = ['https:', '', 'registry.npmjs.org', 'a.tgz'].join('/')
    finds({ 'package-lock.json': JSON.stringify({ packages: { a: { resolved: host } } }) }, /the package host/)
    finds({ 'README.md': 'https://nodejs.org' })
  })
})

describe('places to look at', () => {
  const look = (path: string, text: string) => placesToLookAt(new Map([[path, text]]))
  const lines = (count: number) => '  f()\n'.repeat(count)
  it('are long files', () => {
    assert.deepEqual(look('src/a.ts', lines(400)), [])
    assert.deepEqual(look('src/a.ts', lines(401)), ['src/a.ts has 401 lines'])
  })
  it('are long functions, methods and arrows, but not blocks', () => {
    assert.deepEqual(look('src/a.ts', `function a(b: { c: number }): void {\n${lines(68)}}\n`), [])
    assert.deepEqual(look('src/a.ts', `function a(b: { c: number }): void {\n${lines(69)}}\n`), ['src/a.ts:1 a has 71 lines'])
    assert.deepEqual(look('src/a.ts', `class A {\n  async go(x = f()): Promise<void> {\n${lines(70)}  }\n}\n`), ['src/a.ts:2 go has 72 lines'])
    assert.deepEqual(look('src/a.ts', `const go = (a: number): number => {\n${lines(70)}}\n`), ['src/a.ts:1 go has 72 lines'])
    assert.deepEqual(look('src/a.ts', `if (a) {\n${lines(70)}}\nconst t = {\n${lines(70)}}\n`), [])
  })
})
