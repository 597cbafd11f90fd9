/** `rota schedule` against a real server: a schedule is made, looked at, paused, run by hand, and goes over in a plan. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { systemClock } from '../../src/base/clock.ts'
import type { JsonObject } from '../../src/base/json.ts'
import { list } from '../support/api-call.ts'
import { runCli, type Ran } from '../support/cli.ts'
import { createJane } from '../support/jane.ts'
import { ADMIN_PASSWORD, startServer, type TestServer } from '../support/server.ts'

let server: TestServer
let accountId: string
before(async () => {
  server = await startServer()
  accountId = await createJane(server)
})
after(() => server.stop())

function rota(line: string, options: { readonly words?: readonly string[]; readonly stdin?: string } = {}): Promise<Ran> {
  const env = { ROTA_URL: `http://127.0.0.1:${server.port('http')}`, ROTA_USER: 'admin', ROTA_PASSWORD: ADMIN_PASSWORD }
  return runCli([...line.split(' '), ...options.words ?? []], { env, clock: systemClock, stdin: options.stdin ?? '' })
}
async function done(line: string, ...words: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await rota(line, { words })
  assert.equal(code, 0, `${line}: ${stderr}`)
  return stdout
}
async function stored(): Promise<JsonObject> {
  const schedule = (await list(server, 'Schedule')).find(({ name }) => name === 'Nightly')
  assert.ok(schedule)
  return schedule
}

test('a schedule is made with the fields of its task, and shown', async () => {
  const task = `--task index-document --field documentType=email --field documentId=none --field accountId=${accountId}`
  assert.match(await done(`schedule create Nightly --time-zone Europe/Vienna ${task}`, '--cron', '0 3 * * *'), /^Created Schedule \w+$/m)
  const { name, cron, timeZone, task: made } = await stored()
  assert.deepEqual([name, cron, timeZone], ['Nightly', '0 3 * * *', 'Europe/Vienna'])
  assert.deepEqual(made, { '@type': 'IndexDocument', accountId, documentId: 'none', documentType: 'email' })
  assert.match(await done('schedule list'), / Nightly +IndexDocument +0 3 \* \* \* +Europe\/Vienna +in /)
  assert.match(await done('schedule show nightly'), /^task\/documentId +none$/m)
  const wrong = await rota(`schedule create b ${task}`, { words: ['--cron', '0 3 * *'] })
  assert.equal(wrong.code, 1)
  assert.match(wrong.stderr, /cron must have 5 parts/)
})

test('is paused until a time or for good, and goes on', async () => {
  assert.equal(await done('schedule pause Nightly --until 2999-01-01'), 'Paused Schedule Nightly\n')
  assert.equal((await stored())['nextSlot'], '2999-01-01T02:00:00Z')
  await done('schedule pause Nightly')
  assert.equal((await stored())['nextSlot'], null)
  assert.match(await done('schedule list'), / 9999-12-31$/m)
  assert.equal(await done('schedule resume Nightly'), 'Resumed Schedule Nightly\n')
  assert.deepEqual([(await stored())['pausedUntil'], typeof (await stored())['nextSlot']], [null, 'string'])
  const wrong = await rota('schedule pause Nightly --until whenever')
  assert.deepEqual([wrong.code, wrong.stdout], [2, ''])
})

test('is run by hand, besides its slots', async () => {
  const before = (await stored())['nextSlot']
  const [, id = ''] = /^Created Task (\w+) of Nightly$/m.exec(await done('schedule run nightly')) ?? []
  await done(`task watch ${id} --until-empty --interval 100ms`)
  assert.equal((await list(server, 'Task')).length, 0)
  assert.equal((await stored())['nextSlot'], before)
})

test('goes over in a plan, with the account that it is about', async () => {
  const plan = await done('snapshot')
  const line = plan.split('\n').find(each => each.includes('"name":"Nightly"')) ?? ''
  assert.match(line, new RegExp(`"accountId":"#account-${accountId}"`))
  await done('schedule delete Nightly')
  assert.ok((await list(server, 'Schedule')).every(({ name }) => name !== 'Nightly'))
  const { code, stdout } = await rota('apply --stdin', { stdin: plan })
  assert.equal(code, 0)
  assert.match(stdout, /^\+ Schedule Nightly .*\n1 created, \d+ unchanged$/m)
  assert.deepEqual((await stored())['task'], { '@type': 'IndexDocument', accountId, documentId: 'none', documentType: 'email' })
})

test('of DataRetention is paused like any other, and its times and its end are refused with the place to change them', async () => {
  assert.match(await done('schedule list'), / Clean-up of data +StoreMaintenance +0 2 \* \* \* +UTC +in /)
  const refused = await rota('schedule delete', { words: ['Clean-up of data'] })
  assert.equal(refused.code, 1)
  assert.match(refused.stderr, /This schedule comes from dataCleanupSchedule of DataRetention; to stop it, pause it/)
  await done('schedule pause', 'Clean-up of data')
  await done('update data-retention --field dataCleanupSchedule=Weekly --field dataCleanupSchedule/hour=3')
  assert.match(await done('schedule list'), / Clean-up of data +StoreMaintenance +0 3 \* \* 0 +UTC +.* 9999-12-31$/m)
})

test('that is not there is exit code 5, with the name that was meant', async () => {
  const { code, stderr } = await rota('schedule run Nightli')
  assert.deepEqual([code, stderr], [5, 'error: there is no schedule Nightli (did you mean Nightly?)\n'])
})

test('the history of a task is asked for by its id', async () => {
  const { code, stderr } = await rota('task history 0000000000000')
  assert.deepEqual([code, stderr], [0, 'no task runs found\n'])
})
