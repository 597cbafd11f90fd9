/**
 * What programs rely on, over every command that there is: with --json each line of both streams is JSON, and an exit
 * code that is not 0 comes with `{"error":{type, exitCode, message}}` as the last line of standard error.
 */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { Command } from 'commander'
import { systemClock } from '../../src/base/clock.ts'
import type { JsonObject } from '../../src/base/json.ts'
import { isJsonObject } from '../../src/base/json.ts'
import { buildProgram } from '../../src/cli/program.ts'
import { create } from '../support/api-call.ts'
import { runCli, type Ran } from '../support/cli.ts'
import { createJane } from '../support/jane.ts'
import { ADMIN_PASSWORD, startServer, type TestServer } from '../support/server.ts'

/** By command: words of a run that succeeds; `TASK` is the id of a task, made anew for each run. */
const RUNS: Readonly<Record<string, readonly string[]>> = {
  'get': ['task', 'TASK'],
  'query': ['account'],
  'create': ['domain', '--field', 'name=example.net'],
  'update': ['task-manager', '--field', 'maxAttempts=4'],
  'delete': ['task', 'TASK'],
  'describe': ['task'],
  'snapshot': [],
  'apply': ['--stdin'],
  'task retry': ['TASK'],
  'task cancel': ['TASK', '--dry-run'],
  'task park': ['TASK', '--dry-run'],
  'task reschedule': ['TASK', '--due', '+1h'],
  'task failures': [],
  'task watch': ['--until-empty', '--interval', '100ms', '--where', 'status=Failed'],
  'task history': ['TASK'],
  'schedule create': ['daily', '--cron', '0 3 * * *', '--task', 'index-document', '--field', 'documentId=none',
    '--field', 'documentType=email', '--field', 'accountId=ACCOUNT'],
  'schedule list': [],
  'schedule show': ['daily'],
  'schedule pause': ['daily'],
  'schedule resume': ['daily'],
  'schedule run': ['daily'],
  'schedule delete': ['daily'],
  'import roles': [fileURLToPath(new URL('../data/older-roles.toml', import.meta.url))],
  'cluster status': [],
  'cluster assignments': [],
  'cluster audit': [],
  'cluster drain': ['test-node', '--no-wait'],
  'completion': ['bash'],
}
/** These print nothing when there is nothing to say. */
const MAY_BE_SILENT = new Set(['task watch', 'task history', 'task failures', 'cluster audit'])
/** These end the node, which the other commands still need. */
const ENDS_NODE = new Set(['cluster drain'])
/** Commander's own, and the one that never gets here. */
const NOT_TRIED = new Set(['help', 'serve'])
const WITHOUT_SERVER = new Set(['completion'])
const PLAN = '{"@type":"update","object":"TaskManager","value":{"maxAttempts":6}}\n'

let server: TestServer
let accountId: string
before(async () => {
  server = await startServer()
  accountId = await createJane(server)
})
after(() => server.stop())

function leaves(command: Command, path: readonly string[]): string[] {
  return command.createHelp().visibleCommands(command).flatMap(each => {
    const own = [...path, each.name()]
    if (each.commands.length > 0) return leaves(each, own)
    return NOT_TRIED.has(each.name()) ? [] : [own.join(' ')]
  })
}

async function run(name: string, words: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ran> {
  const [task = ''] = words.includes('TASK') ? await create(server, 'Task', {
    '@type': 'IndexDocument', accountId, documentType: 'email', documentId: 'none', status: { '@type': 'Pending', due: '2999-01-01T00:00:00Z' },
  }) : []
  const filled = words.map(word => word.replace(/^TASK$/, task).replace('ACCOUNT', accountId))
  return runCli([...name.split(' '), ...filled, '--json'], {
    clock: systemClock, stdin: PLAN,
    env: { ROTA_URL: `http://127.0.0.1:${server.port('http')}`, ROTA_USER: 'admin', ROTA_PASSWORD: ADMIN_PASSWORD, ...env },
  })
}

function objects(text: string, what: string): JsonObject[] {
  assert.ok(text === '' || text.endsWith('\n'), `${what}: the last line is not ended`)
  return text.split('\n').slice(0, -1).map(line => {
    const value: unknown = JSON.parse(line)
    assert.ok(isJsonObject(value), `${what}: ${line}`)
    return value
  })
}

function checkError({ code, stdout, stderr }: Ran, exitCode: number, type: string, what: string): void {
  assert.deepEqual([code, stdout], [exitCode, ''], what)
  const error = objects(stderr, what).at(-1)?.['error']
  assert.ok(isJsonObject(error), `${what}: ${stderr}`)
  assert.deepEqual([error['exitCode'], error['type'], typeof error['message']], [exitCode, type, 'string'], what)
}

test('every command is tried', async () => {
  assert.deepEqual(leaves(await buildProgram(() => Promise.resolve()), []).toSorted(), Object.keys(RUNS).toSorted())
})

describe('with --json', () => {
  for (const [name, words] of Object.entries(RUNS)) {
    test(`rota ${name}`, async () => {
      await using own = ENDS_NODE.has(name) ? await startServer() : null
      const ran = await run(name, words, own === null ? {} : { ROTA_URL: `http://127.0.0.1:${own.port('http')}` })
      assert.equal(ran.code, 0, ran.stderr)
      assert.ok(objects(ran.stdout, name).length > 0 || MAY_BE_SILENT.has(name), `${name} printed nothing`)
      for (const remark of objects(ran.stderr, name)) assert.equal(typeof remark['note'], 'string')

      checkError(await run(name, [...words, '--no-such-option']), 2, 'usage', `${name}, unknown option`)
      if (WITHOUT_SERVER.has(name)) return
      checkError(await run(name, words, { ROTA_URL: 'http://127.0.0.1:1' }), 3, 'connection', `${name}, no server`)
      checkError(await run(name, words, { ROTA_PASSWORD: 'wrong wrong' }), 4, 'login', `${name}, no login`)
    })
  }

  test('refusals of single objects are lines, and an error for all of them', async () => {
    const { code, stdout, stderr } = await run('delete', ['domain', 'nowhere', 'neither'])
    assert.equal(code, 5)
    for (const line of objects(stdout, 'delete')) assert.ok(isJsonObject(line['error']) && line['error']['type'] === 'notFound')
    assert.deepEqual(objects(stderr, 'delete'), [{ error: { type: 'notFound', exitCode: 5, message: '2 of 2 refused' } }])
  })
  test('serve says where it belongs', async () => {
    checkError(await run('serve', []), 2, 'usage', 'serve')
  })
})
