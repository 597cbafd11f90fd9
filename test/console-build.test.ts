/** tools/console.mjs: when the console is built, and what becomes of it. Vite is a script that writes down its calls. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFile, copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, it } from 'node:test'

const SOURCES: Readonly<Record<string, string>> = {
  'package-lock.json': '{"packages":{}}',
  'node_modules/.package-lock.json': '{"packages":{}}',
  'webui/index.html': '<p>one</p>',
  'webui/vite.config.ts': '',
  'webui/src/main.tsx': 'start()',
  'src/base/clock.ts': 'clock',
  'src/jmap-client/client.ts': 'client',
}
/** What a build writes: the page it found and its own process, in two files that belong together. */
const VITE = `
  import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
  const output = process.argv[process.argv.indexOf('--outDir') + 1]
  appendFileSync('../calls', process.argv.slice(2).join(' ') + '\\n')
  const page = readFileSync('index.html', 'utf8')
  if (page.includes('broken')) { console.error('index.html:1 is broken'); process.exit(1) }
  mkdirSync(output + '/assets', { recursive: true })
  writeFileSync(output + '/assets/page', String(process.pid))
  writeFileSync(output + '/index.html', page + process.pid)
`

describe('the build of the console', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rota-build-'))
    for (const [path, content] of Object.entries({ ...SOURCES, 'node_modules/vite/bin/vite.js': VITE, 'package.json': '{"type":"module"}' })) {
      await write(path, content)
    }
    for (const name of ['install.mjs', 'console.mjs']) {
      await mkdir(join(folder, 'tools'), { recursive: true })
      await copyFile(new URL(`../tools/${name}`, import.meta.url), join(folder, 'tools', name))
    }
  })
  afterEach(() => rm(folder, { recursive: true }))

  async function write(path: string, content: string): Promise<void> {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), content)
  }
  const read = (path: string) => readFile(join(folder, path), 'utf8')
  const calls = async () => (await read('calls').catch(() => '')).split('\n').filter(line => line !== '').length
  const outputs = async () => (await readdir(join(folder, 'webui'))).filter(name => name.startsWith('dist'))
  async function build(): Promise<{ code: number | null; said: string }> {
    const child = spawn(process.execPath, ['tools/install.mjs'], { cwd: folder, stdio: ['ignore', 'inherit', 'pipe'] })
    const [said, [code]] = await Promise.all([text(child.stderr), once(child, 'exit') as Promise<[number | null]>])
    return { code, said }
  }

  it('comes once, is told in one line, and is then left alone', async () => {
    const first = await build()
    assert.equal(first.code, 0)
    assert.match(first.said, /^rota: built the web console in [\d.]+ s\n$/)
    assert.match(await read('webui/dist/index.html'), /one/)
    assert.deepEqual(await build(), { code: 0, said: '' })
    assert.equal(await calls(), 1)
  })

  it('comes again when any source of it changes, but not for tests and texts', async () => {
    await build()
    let builds = 1
    for (const path of ['webui/index.html', 'webui/vite.config.ts', 'webui/src/main.tsx', 'src/base/clock.ts', 'src/jmap-client/client.ts']) {
      await appendFile(join(folder, path), ' ')
      await build()
      assert.equal(await calls(), ++builds, path)
    }
    await write('webui/src/new.css', 'p {}')
    await build()
    assert.equal(await calls(), ++builds, 'a new file')
    await rm(join(folder, 'webui/src/new.css'))
    await build()
    assert.equal(await calls(), ++builds, 'a file that went')
    for (const path of ['webui/README.md', 'webui/src/main.test.tsx', 'src/base/clock.test.ts', 'src/engine/engine.ts']) await write(path, 'x')
    await build()
    assert.equal(await calls(), builds)
  })

  it('comes again when its output is gone', async () => {
    await build()
    await rm(join(folder, 'webui/dist'), { recursive: true })
    await build()
    assert.match(await read('webui/dist/index.html'), /one/)
  })

  it('that fails says what vite says, and leaves the console as it was', async () => {
    await build()
    const before = await read('webui/dist/index.html')
    await write('webui/index.html', 'broken')
    const { code, said } = await build()
    assert.equal(code, 1)
    assert.match(said, /^rota: the web console could not be built\.[\s\S]*index\.html:1 is broken/)
    assert.equal(await read('webui/dist/index.html'), before)
    assert.deepEqual(await outputs(), ['dist'])
    await build()
    assert.equal(await calls(), 3, 'a failure is no result: it is tried again')
  })

  it('may run several times at once: one of them is there at the end, whole, and nothing else', async () => {
    const ends = await Promise.all(Array.from({ length: 4 }, build))
    assert.deepEqual(ends.map(({ code }) => code), [0, 0, 0, 0], ends.map(({ said }) => said).join(''))
    assert.equal(await read('webui/dist/index.html'), `<p>one</p>${await read('webui/dist/assets/page')}`)
    assert.deepEqual(await outputs(), ['dist'])
  })

  it('removes what a killed build has left, but not what another is building', async () => {
    const dead = spawn(process.execPath, ['--version'], { stdio: 'ignore' })
    await once(dead, 'exit')
    await write(`webui/dist-${dead.pid}/index.html`, 'half')
    await write(`webui/dist-${dead.pid}-old/index.html`, 'old')
    await write(`webui/dist-${process.pid}/index.html`, 'at work')
    await build()
    assert.deepEqual((await outputs()).sort(), ['dist', `dist-${process.pid}`])
  })

  it('is not asked for where the sources of the console are not there', async () => {
    await rm(join(folder, 'webui'), { recursive: true })
    assert.deepEqual(await build(), { code: 0, said: '' })
  })
})
