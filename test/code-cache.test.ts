/** Where bin/rota.js keeps compiled code between starts. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'

const ROTA = fileURLToPath(new URL('../bin/rota.js', import.meta.url))
let folder: string
before(async () => { folder = await mkdtemp(join(tmpdir(), 'rota-code-')) })
after(() => rm(folder, { recursive: true }))

function rota(words: readonly string[], env: Readonly<Record<string, string>>): { readonly status: number | null; readonly stdout: string } {
  return spawnSync(process.execPath, [ROTA, ...words], { env, cwd: folder, encoding: 'utf8' })
}

async function isPrivateCode(path: string): Promise<boolean> {
  return ((await stat(path)).mode & 0o077) === 0 && (await readdir(path, { recursive: true })).length > 10
}

test('a command keeps it in the cache folder of its user', async () => {
  assert.equal(rota(['--version'], { HOME: folder }).status, 0)
  assert.ok(await isPrivateCode(join(folder, '.cache', 'rota', 'code')))
  assert.equal(rota(['--version'], { HOME: '/nowhere', XDG_CACHE_HOME: join(folder, 'xdg') }).status, 0)
  assert.ok(await isPrivateCode(join(folder, 'xdg', 'rota', 'code')))
})

test('a node keeps it in its data folder, which nobody else can read', async () => {
  const data = join(folder, 'data')
  assert.equal(rota(['serve'], { ROTA_DATA_DIR: data, LOG_LEVEL: 'no such level' }).status, 2)
  assert.ok(await isPrivateCode(join(data, 'code')))
  assert.equal((await stat(data)).mode & 0o077, 0)
})

test('it is done without where nothing can be written', async () => {
  await writeFile(join(folder, 'file'), '')
  for (const env of [{}, { HOME: join(folder, 'file') }, { HOME: '/proc/none' }]) {
    assert.match(rota(['--version'], env).stdout, /^\d+\.\d+/)
  }
  assert.equal(rota(['serve'], { ROTA_DATA_DIR: join(folder, 'file'), LOG_LEVEL: 'no such level' }).status, 2)
  assert.ok(!existsSync(join(folder, 'data', 'rota')))
})
