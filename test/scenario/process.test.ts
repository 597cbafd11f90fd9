/** How a node of its own process starts, stops and dies, on SQLite. */
import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { systemClock } from '../../src/base/clock.ts'
import { list } from '../support/api-call.ts'
import { LineClient } from '../support/line-client.ts'
import { drained } from '../support/index-tasks.ts'
import { createJane, found, JANE } from '../support/jane.ts'
import { LmtpClient } from '../support/lmtp.ts'
import { NodeProcess } from '../support/node-process.ts'

const ROUNDS = 5
const SENDERS = 3
/** Less than the 30 s that a stop may take when somebody has to be waited for. */
const AT_ONCE_MS_MAX = 15_000

async function withFolder(work: (dataDir: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'rota-process-'))
  try {
    await work(join(folder, 'data'))
  } finally {
    await rm(folder, { recursive: true })
  }
}

test(`kill -9 while mail comes in by LMTP, ${ROUNDS} rounds: what was acknowledged is there and gets indexed`, async () => {
  await withFolder(async dataDir => {
    const acknowledged: string[] = []
    let accountId = ''
    for (let round = 0; round <= ROUNDS; round++) {
      await using node = await NodeProcess.start({ dataDir })
      if (round === 0) accountId = await createJane(node)
      await drained(node)
      const subjects = await found(node, accountId, 'heron')
      const lost = acknowledged.filter(subject => !subjects.includes(subject))
      assert.deepEqual(lost, [], `round ${round}: acknowledged, not found`)
      // One of each sender may have been stored without the reply having been sent.
      assert.ok(subjects.length <= acknowledged.length + SENDERS * round, `round ${round}: ${subjects.length} messages`)
      if (round === ROUNDS) break
      const enough = acknowledged.length + 5 + round * 10
      const names = Array.from({ length: SENDERS }, (_, sender) => `round ${round} sender ${sender}`)
      await Promise.all(names.map(name => send(node, name, acknowledged, enough)))
    }
    assert.ok(acknowledged.length >= ROUNDS * 5)
  })
})

/** Delivers until the node is gone; kills it when there are enough. */
async function send(node: NodeProcess, name: string, acknowledged: string[], enough: number): Promise<void> {
  const client = await LmtpClient.open(node.port('lmtp'))
  try {
    for (let count = 0; ; count++) {
      const subject = `${name} message ${count}`
      await client.deliver(JANE.name, subject, 'Herons stand in the reeds.')
      acknowledged.push(subject)
      if (acknowledged.length === enough) await node.kill()
    }
  } catch (error) {
    assert.match(String(error), /the server closed/)
  } finally {
    client.close()
  }
}

test('wrong environment: exit code 2, and every problem is named', async () => {
  const variables = { DATABASE_URL: 'mysql://x', STALWART_PUSH_SHARD: '0', LOG_LEVEL: 'loud' }
  await using node = await NodeProcess.launch({ variables })
  assert.deepEqual(await node.ended(), { code: 2, signal: null })
  for (const name of Object.keys(variables)) assert.match(node.stderr, new RegExp(`^${name}: `, 'm'))
})

test('a password that no administrator may have: exit code 2, and the variable is named', async () => {
  await using node = await NodeProcess.launch({ variables: { ROTA_ADMIN_PASSWORD: 'short' } })
  assert.deepEqual(await node.ended(), { code: 2, signal: null })
  assert.match(node.stderr, /ROTA_ADMIN_PASSWORD: the password is shorter than 8 characters/)
})

test('a node whose log nobody reads any more works on, and stops in order', async () => {
  await using node = await NodeProcess.start()
  node.closeLog()
  // Both are logged: a login that fails, and the stop.
  await assert.rejects(node.call([['x:Task/query', {}]], { name: 'admin', password: 'not the one' }), /HTTP 401/)
  assert.equal((await node.call([['x:Task/query', {}]])).length, 1)
  assert.deepEqual(await node.stop(), { code: 0, signal: null })
  assert.match(node.stderr, /^rota: the log can no longer be written: /)
})

describe('one node and its folder', () => {
  let node: NodeProcess
  before(async () => {
    node = await NodeProcess.start()
    await createJane(node)
  })
  after(() => node[Symbol.asyncDispose]())

  test('a second node on the same folder ends with 1 and names the process that has it', async () => {
    await using second = await NodeProcess.launch({ name: 'second', dataDir: node.dataDir })
    assert.deepEqual(await second.ended(), { code: 1, signal: null })
    assert.match(second.stderr, new RegExp(`in use by process ${node.pid}\\b`))
    assert.equal((await node.health()).status, 200)
    const { pid } = JSON.parse(await readFile(join(node.dataDir, 'node.json'), 'utf8')) as { pid: number }
    assert.equal(pid, node.pid, 'the login of the first is still there')
  })

  test('SIGTERM lets a message that is on its way arrive, says goodbye to the rest, and ends with 0', async t => {
    const idle = await LineClient.open(node.port('smtp'))
    await idle.reply()
    const busy = await LmtpClient.open(node.port('lmtp'))
    await busy.begin(JANE.name, 'Late', 'A bittern')
    node.signal('SIGTERM')
    const startedMs = systemClock.monotonicMs()
    await node.says('stopping')
    assert.match(await idle.reply(), /^421 /)
    busy.lines.write('came by.\r\n')
    assert.match(await busy.end(), /^250 /)
    assert.deepEqual(await node.ended(), { code: 0, signal: null })
    const ms = systemClock.monotonicMs() - startedMs
    t.diagnostic(`stopped in ${Math.round(ms)} ms`)
    assert.ok(ms < AT_ONCE_MS_MAX)
    assert.deepEqual(node.logged('no longer trusted'), [])
    await assert.rejects(readFile(join(node.dataDir, 'node.json')), { code: 'ENOENT' })
    busy.close()
    idle.destroy()
  })

  test('the next start finds it, and a second SIGTERM cuts what the first one waits for', async t => {
    await using again = await NodeProcess.start({ dataDir: node.dataDir })
    const [account] = await list(again, 'Account', { name: 'jane' })
    await drained(again)
    assert.deepEqual(await found(again, String(account?.['id']), 'bittern'), ['Late'])
    const busy = await LmtpClient.open(again.port('lmtp'))
    await busy.begin(JANE.name, 'Cut', 'Half a bittern')
    again.signal('SIGTERM')
    await again.says('stopping')
    const startedMs = systemClock.monotonicMs()
    again.signal('SIGTERM')
    assert.deepEqual(await again.ended(), { code: 0, signal: null })
    const ms = systemClock.monotonicMs() - startedMs
    t.diagnostic(`stopped in ${Math.round(ms)} ms`)
    assert.ok(ms < AT_ONCE_MS_MAX)
    assert.equal(await busy.lines.rest(), '', 'no reply: nothing was stored')
  })
})
