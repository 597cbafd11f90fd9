/**
 * The command line as a process of its own, by way of bin/rota.js: pipes, signals and exit codes as a shell
 * sees them.
 */
import assert from 'node:assert/strict'
import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { afterEach, beforeEach, test } from 'node:test'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { JmapServer, TEST_TOKEN } from './support/jmap-server.ts'

const BIN = fileURLToPath(new URL('../bin/rota.js', import.meta.url))

let server: JmapServer
let children: ChildProcessWithoutNullStreams[]
beforeEach(async () => {
  const tasks = Array.from({ length: 4_000 }, (_, index) => ({
    id: `t${index}`, '@type': 'StoreMaintenance', maintenanceType: 'purgeBlob', due: null, status: { '@type': 'Failed' },
  }))
  server = await JmapServer.start({ objects: { 'x:Task': tasks } })
  children = []
})
afterEach(async () => {
  for (const child of children) if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
  await server.stop()
})

function rota(...words: readonly string[]): ChildProcessWithoutNullStreams {
  const env = { ROTA_URL: server.url, ROTA_TOKEN: TEST_TOKEN, ROTA_DATA_DIR: '/nonexistent/rota-data' }
  const child = spawn(process.execPath, [BIN, ...words], { env })
  children.push(child)
  return child
}

async function ended(child: ChildProcessWithoutNullStreams): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close') as Promise<[number | null]>])
  return { code, stdout, stderr }
}

test('all output arrives through a pipe before the process ends', async () => {
  const { code, stdout, stderr } = await ended(rota('query', 'task', '--json'))
  assert.deepEqual([code, stderr], [0, ''])
  assert.equal(stdout.split('\n').length, 4_001)
})

test('exit codes and messages reach the shell', async () => {
  const { code, stdout, stderr } = await ended(rota('update', 'task-manager', '--field', 'maxAttempt=5'))
  assert.deepEqual([code, stdout], [2, ''])
  assert.equal(stderr, 'error: TaskManager has no field maxAttempt (did you mean maxAttempts?)\n')
})

test('a reader that has seen enough is no error', async () => {
  const child = rota('query', 'task', '--json')
  await once(child.stdout, 'data')
  child.stdout.destroy()
  const [stderr, [code]] = await Promise.all([text(child.stderr), once(child, 'close') as Promise<[number | null]>])
  assert.deepEqual([code, stderr], [0, ''])
})

test('Ctrl-C ends a watch cleanly', async () => {
  const child = rota('task', 'watch', '--where', 'status=Failed')
  await once(child.stdout, 'data')
  child.kill('SIGINT')
  const { code, stderr } = await ended(child)
  assert.deepEqual([code, stderr], [0, ''])
})
