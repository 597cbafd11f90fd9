/** `npm run dev` as README.md has it: three nodes come up, one is killed, the others take over, Ctrl-C leaves nothing behind. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { systemClock } from '../../src/base/clock.ts'
import { isAlive } from '../../src/cli/node-file.ts'
import { Capture, runCli } from '../support/cli.ts'
import { Page } from '../support/page.ts'
import { postgresMissing } from '../support/postgres.ts'

const MAIN = fileURLToPath(new URL('../../tools/dev/main.ts', import.meta.url))
/** The time to live and 2 s, and what a busy machine takes for everything else. */
const TAKE_OVER_S_MAX = 12
const BUSY_S = 5

async function start(t: { after(end: () => Promise<void>): void }, variables: Readonly<Record<string, string>>) {
  const dataDir = await mkdtemp(join(tmpdir(), 'rota-dev-'))
  const env = { PATH: process.env['PATH'] ?? '', ROTA_DATA_DIR: dataDir, ROTA_ADMIN_PASSWORD: 'as in a test', ...variables }
  const child = spawn(process.execPath, [MAIN], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  const output = new Capture()
  for (const stream of [child.stdout, child.stderr]) stream.on('data', chunk => { output.write(String(chunk)) })
  const ended = once(child, 'close').then(([code]) => Number(code))
  t.after(async () => {
    child.kill('SIGTERM')
    await ended
    await rm(dataDir, { recursive: true, force: true })
  })
  return { dataDir, child, output, ended }
}

test('three nodes, one is killed, the others take over; Ctrl-C ends them in order', { skip: postgresMissing() }, async t => {
  const { dataDir, child, output, ended } = await start(t, {})
  const status = () => runCli(['cluster', 'status'], { clock: systemClock, env: { ROTA_DATA_DIR: dataDir } })
  await output.line('keeper    active')
  const pids = Object.fromEntries([...output.text.matchAll(/^(\w+) +(\d+) +http:\S+ +kill -9 \2$/gm)].map(([, name, pid]) => [name, Number(pid)] as const))
  assert.deepEqual(Object.keys(pids), ['frontend', 'indexer', 'keeper'])
  const { code, stdout } = await status()
  assert.equal(code, 0)
  for (const name of Object.keys(pids)) assert.match(stdout, new RegExp(`^${name} +active +${name} +[1-9]\\d* +[1-9]`, 'm'))

  // The one whose login the command line uses.
  process.kill(pids['frontend'] ?? 0, 'SIGKILL')
  const said = await output.line('the others have all work of frontend')
  const seconds = Number(/([\d.]+) s after its end$/.exec(said)?.[1])
  t.diagnostic(`taken over after ${seconds} s`)
  assert.ok(seconds < TAKE_OVER_S_MAX + BUSY_S, said)
  const after = await status()
  assert.equal(after.code, 0, after.stderr)
  assert.match(after.stdout, /^frontend +stale +- +- +-/m)

  const page = await Page.open('README.md', { dataDir, port: () => 0 })
  const printed = await page.shell(page.block('rota cluster drain'))
  assert.match(printed, /^keeper +active [^]*^search +searchIndexing +64 +indexer 32, keeper 32$[^]*^warning: Only keeper may work calendar[^]*^[\d:]{8} keeper is gone\n$/m)
  await output.line(`keeper (process ${pids['keeper']}) ended with exit code 0`)

  const database = new URL(/postgres:\/\/\S+/.exec(output.text)?.[0] ?? '')
  child.kill('SIGINT')
  assert.equal(await ended, 0)
  assert.match(output.text, /\nindexer ended \(exit code 0\)\n$/)
  for (const name of Object.keys(pids)) assert.equal(isAlive(Number(pids[name])), false)
  await assert.rejects(fetch(`http://${database.host}`), 'the database is still there')
  assert.match((await status()).stderr, /node\.json is not used: there is none/)
})

test('a database that does not answer is said, and nothing is left', async t => {
  const { output, ended } = await start(t, { DATABASE_URL: 'postgres://rota@127.0.0.1:1/none' })
  assert.equal(await ended, 1)
  assert.match(output.text, /frontend did not start:\n[^]*127\.0\.0\.1:1[^]*Its log: /)
})
