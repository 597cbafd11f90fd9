import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import type { ChildProcessByStdio } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { systemClock } from '../../src/base/clock.ts'
import { hasCode, RotaError } from '../../src/errors.ts'
import { openSqliteStore } from '../../src/store/sqlite/store.ts'

const ROUNDS = 20
const LANE = 'kill'
const WRITER = fileURLToPath(new URL('../support/sqlite-writer.ts', import.meta.url))

type Writer = ChildProcessByStdio<null, Readable, null>

describe('a killed process and its SQLite store', () => {
  let dataDir: string
  before(async () => { dataDir = join(await mkdtemp(join(tmpdir(), 'rota-kill-')), 'data') })
  after(() => rm(join(dataDir, '..'), { recursive: true }))

  const startWriter = (): Writer => spawn(process.execPath, [WRITER, dataDir, LANE], { stdio: ['ignore', 'pipe', 'inherit'] })

  test(`kill -9 while it writes, ${ROUNDS} rounds: what was acknowledged is there, whole, and it opens at once`, async () => {
    const acknowledged = new Set<string>()
    let rows = 0
    for (let round = 0; round < ROUNDS; round++) {
      const said = await killAfter(startWriter(), 1 + round * 3)
      assert.ok(said.length > round * 3)
      for (const id of said.flat()) acknowledged.add(id)

      const store = await openSqliteStore({ dataDir, clock: systemClock })
      const found = await store.read(tx => tx.tasks.get([...acknowledged]))
      assert.equal(found.length, acknowledged.size, `round ${round}: acknowledged tasks are missing`)
      const count = await store.read(tx => tx.tasks.count({ lane: LANE }))
      // One commit may have been made and not said any more; half of a pair is never there.
      rows += said.flat().length
      assert.ok(count === rows || count === rows + 2, `round ${round}: ${count} rows, ${rows} acknowledged`)
      rows = count
      await store.close()
    }
  })

  test('a second process on the folder is refused, and told who has it', async () => {
    const writer = startWriter()
    const lines = createInterface(writer.stdout)
    await once(lines, 'line')
    await assert.rejects(openSqliteStore({ dataDir, clock: systemClock }), error =>
      hasCode(error, 'store/in-use') && error instanceof RotaError && error.message.includes(`process ${writer.pid}`))
    await kill(writer)
    const store = await openSqliteStore({ dataDir, clock: systemClock })
    await store.close()
  })

  test('the folder is for its owner only', async () => {
    assert.equal((await stat(dataDir)).mode & 0o777, 0o700)
  })
})

/** Lets it acknowledge so many pairs, kills it and returns all that it said: it may have said more by then. */
async function killAfter(writer: Writer, pairs: number): Promise<string[][]> {
  const said: string[][] = []
  for await (const line of createInterface(writer.stdout)) {
    if (line === 'open') continue
    // The last line may have been cut.
    const ids = line.split(' ').filter(id => id.length === 13)
    if (ids.length === 2) said.push(ids)
    if (said.length === pairs) writer.kill('SIGKILL')
  }
  return said
}

async function kill(writer: Writer): Promise<void> {
  const exited = once(writer, 'exit')
  writer.kill('SIGKILL')
  await exited
}
