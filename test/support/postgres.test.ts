/** The server of a test process does not outlive it. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { postgresMissing } from './postgres.ts'

const USER = `
  import { startPostgres } from ${JSON.stringify(new URL('postgres.ts', import.meta.url).href)}
  console.log((await startPostgres()).pid)`

describe('the PostgreSQL of a process', { skip: postgresMissing() }, () => {
  let folder: string
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rota-postgres-user-'))
    // PostgreSQL may run as somebody else.
    await chmod(folder, 0o755)
  })
  after(() => rm(folder, { recursive: true }))

  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    test(`is gone with its folder after ${signal}`, async () => {
      const user = spawn(process.execPath, ['--input-type=module', '-e', USER], {
        env: { ...process.env, TMPDIR: folder }, stdio: ['ignore', 'pipe', 'inherit'],
      })
      const [said] = await once(user.stdout, 'data') as [Buffer]
      const pid = Number(said)
      assert.ok(isThere(pid))
      assert.equal((await readdir(folder)).length, 1)
      user.kill(signal)
      // The guard holds it open until it is done.
      await once(user, 'close')
      assert.deepEqual(await readdir(folder), [])
      assert.ok(!isThere(pid))
    })
  }
})

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
