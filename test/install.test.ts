/** tools/install.mjs: when it calls npm, and when it keeps quiet. npm is a script that writes down how it was called. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterEach, beforeEach, describe, it } from 'node:test'

const PACKAGES = {
  '': { dependencies: { a: '1.0.0' } },
  'node_modules/a': { version: '1.0.0', integrity: 'sha512-a' },
  'node_modules/a-mac': { version: '1.0.0', optional: true },
}

describe('install', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rota-install-'))
    await mkdir(join(folder, 'tools'))
    await mkdir(join(folder, 'bin'))
    for (const name of ['install.mjs', 'console.mjs']) {
      await copyFile(new URL(`../tools/${name}`, import.meta.url), join(folder, 'tools', name))
    }
    await lock(PACKAGES)
    await npm('mkdir -p node_modules')
  })
  afterEach(() => rm(folder, { recursive: true }))

  const lock = (packages: object) => writeFile(join(folder, 'package-lock.json'), JSON.stringify({ packages }))
  const npm = (body: string) => writeFile(join(folder, 'bin', 'npm'), `#!/bin/sh\necho "$@" >> calls\n${body}\n`, { mode: 0o755 })
  const calls = async () => (await readFile(join(folder, 'calls'), 'utf8').catch(() => '')).split('\n').filter(line => line !== '')
  async function installed(packages: object): Promise<void> {
    await mkdir(join(folder, 'node_modules'))
    await writeFile(join(folder, 'node_modules', '.package-lock.json'), JSON.stringify({ packages }))
  }
  function install(): { status: number | null; stderr: string } {
    const { npm_execpath: _, ...env } = process.env
    const path = [join(folder, 'bin'), env['PATH'] ?? ''].join(delimiter)
    return spawnSync(process.execPath, ['tools/install.mjs'], { cwd: folder, env: { ...env, PATH: path }, encoding: 'utf8' })
  }

  it('installs what the lock file says once, then keeps quiet', async () => {
    assert.match(install().stderr, /installing the packages of package-lock\.json/)
    const { status, stderr } = install()
    assert.deepEqual([status, stderr], [0, ''])
    const [call = '', ...others] = await calls()
    assert.match(call, /^ci .*--include=dev/)
    assert.deepEqual(others, [])
  })

  it('installs again when the lock file has changed', async () => {
    install()
    await lock({ ...PACKAGES, 'node_modules/b': { version: '2.0.0' } })
    assert.equal(install().status, 0)
    assert.equal((await calls()).length, 2)
  })

  it('takes over what npm has installed by hand, packages of other platforms left out', async () => {
    await installed({ 'node_modules/a': PACKAGES['node_modules/a'] })
    const { status, stderr } = install()
    assert.deepEqual([status, stderr], [0, ''])
    assert.deepEqual(await calls(), [])
  })

  it('does not take over other versions, other content or a part', async () => {
    for (const wrong of [{ version: '1.0.1', integrity: 'sha512-a' }, { version: '1.0.0', integrity: 'sha512-b' }, undefined]) {
      await rm(join(folder, 'node_modules'), { recursive: true, force: true })
      await installed(wrong === undefined ? {} : { 'node_modules/a': wrong })
      install()
    }
    assert.equal((await calls()).length, 3)
  })

  it('fails when npm fails, and tries again the next time', async () => {
    await npm('mkdir -p node_modules; exit 7')
    const { status, stderr } = install()
    assert.equal(status, 1)
    assert.match(stderr, /npm ci failed/)
    await npm('mkdir -p node_modules')
    assert.equal(install().status, 0)
    assert.equal((await calls()).length, 2)
  })
})
