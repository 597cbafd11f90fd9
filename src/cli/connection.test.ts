import assert from 'node:assert/strict'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Duplex } from 'node:stream'
import { afterEach, beforeEach, suite, test } from 'node:test'
import { runCli } from '../../test/support/cli.ts'
import { JmapServer, TEST_TOKEN, TEST_USER } from '../../test/support/jmap-server.ts'
import type { Input } from './terminal.ts'

let server: JmapServer
let dataDir: string
let logins: (string | undefined)[]
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'rota-cli-'))
  server = await JmapServer.start()
  logins = []
  server.onLogin = login => { logins.push(login) }
})
afterEach(async () => {
  await server.stop()
  await rm(dataDir, { recursive: true })
})

const basic = (user: string, password: string) => `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
const rota = (words: readonly string[], env: Record<string, string> = {}, stdin?: Input) =>
  runCli(['describe', ...words], { env: { ROTA_DATA_DIR: dataDir, ...env }, ...(stdin ? { stdin } : {}) })

async function writeNode(content: object, mode = 0o600): Promise<string> {
  const path = join(dataDir, 'node.json')
  await writeFile(path, JSON.stringify(content))
  await chmod(path, mode)
  return path
}
const node = () => ({ pid: process.pid, url: server.url, user: 'admin', token: TEST_TOKEN })

suite('login', () => {
  test('by options', async () => {
    assert.equal((await rota(['--url', server.url, '--token', TEST_TOKEN])).code, 0)
    assert.equal((await rota(['--url', `${server.url}/`, '--user', TEST_USER.user, '--password', TEST_USER.password])).code, 0)
    assert.deepEqual([...new Set(logins)], [`Bearer ${TEST_TOKEN}`, basic(TEST_USER.user, TEST_USER.password)])
  })
  test('by environment, which options go before', async () => {
    const env = { ROTA_URL: server.url, ROTA_USER: TEST_USER.user, ROTA_PASSWORD: TEST_USER.password }
    assert.equal((await rota([], env)).code, 0)
    assert.equal((await rota(['--token', TEST_TOKEN], env)).code, 0)
    assert.equal((await rota(['--user', 'other'], { ...env, ROTA_TOKEN: TEST_TOKEN })).code, 4)
    assert.deepEqual([...new Set(logins)],
      [basic(TEST_USER.user, TEST_USER.password), `Bearer ${TEST_TOKEN}`, basic('other', TEST_USER.password)])
  })
  test('a wrong one is exit code 4', async () => {
    const { code, stderr } = await rota(['--url', server.url, '--token', 'wrong'])
    assert.equal(code, 4)
    assert.match(stderr, /login failed \(HTTP 401: Unauthorized\) \(check user, password or token\)/)
  })
  test('none is exit code 4, and says where it looked', async () => {
    const { code, stderr } = await rota(['--url', server.url])
    assert.equal(code, 4)
    assert.match(stderr, /no login \(give --user or --token .*where a node runs; .*node\.json is not used: there is none\)/)
    assert.match((await rota(['--url', server.url, '--user', 'admin'])).stderr, /no password for admin \(set ROTA_PASSWORD/)
  })
  test('contradictions are exit code 2', async () => {
    const cases: readonly (readonly [readonly string[], RegExp])[] = [
      [['--token', 'a', '--user', 'b'], /--token and --user exclude each other/],
      [['--password', 'b'], /--password without a user/],
      [['--token', 'a b'], /--token is no token/],
      [['--token', 'a', '--url', 'mail.example.org'], /mail\.example\.org is no URL/],
      [['--token', 'a', '--url', 'ftp://mail.example.org'], /neither http nor https/],
      [['--token', 'a', '--url', 'http://mail.example.org/jmap'], /has a path \(use http:\/\/mail\.example\.org\)/],
      [['--token', 'a', '--url', 'http://me:pw@mail.example.org'], /a login does not belong into the URL/],
      [['--token', 'a', '--timeout', '30'], /--timeout 30: no duration \(write it like 30s\)/],
    ]
    for (const [words, message] of cases) {
      const { code, stderr } = await rota(words)
      assert.equal(code, 2, words.join(' '))
      assert.match(stderr, message)
    }
  })
})

suite('the node on this machine', () => {
  test('is found by its file', async () => {
    await writeNode(node())
    assert.equal((await rota([])).code, 0)
    assert.deepEqual([...new Set(logins)], [`Bearer ${TEST_TOKEN}`])
  })
  test('gives its token to its own address only', async () => {
    const path = await writeNode({ ...node(), url: 'http://127.0.0.1:1' })
    const { code, stderr } = await rota(['--url', server.url])
    assert.equal(code, 4)
    assert.ok(stderr.includes(`${path} is for http://127.0.0.1:1`), stderr)
    assert.deepEqual(logins, [])
  })
  test('is not believed when others can read or write its file, or it is damaged', async () => {
    const path = await writeNode(node(), 0o644)
    assert.ok((await rota([])).stderr.includes(`${path} is not used: others may read or write it`))
    await writeNode({ pid: 1 })
    assert.ok((await rota([])).stderr.includes(`${path} is not used: its content is not understood`))
    await writeFile(path, '{"pid":')
    assert.ok((await rota([])).stderr.includes(`${path} is not used: its content is not understood`))
  })
  test('that does not answer: exit code 3, with what its file says', async () => {
    const path = await writeNode(node())
    const before = node()
    await server.stop()
    const running = await rota([])
    assert.equal(running.code, 3)
    assert.ok(running.stderr.includes(`connection refused (${path} names process ${process.pid}, which runs`), running.stderr)
    await writeNode({ ...before, pid: 2 ** 22 + 1 })
    assert.match((await rota([])).stderr, /which is gone; start a node with `rota serve`, or give --url/)
    server = await JmapServer.start()
  })
  test('that is not there: exit code 3, with the folder that was looked into', async () => {
    const { port } = new URL(server.url)
    await server.stop()
    const { code, stderr } = await rota(['--url', `http://127.0.0.1:${port}`, '--token', 'a'])
    assert.equal(code, 3)
    assert.match(stderr, /cannot reach http:\/\/127\.0\.0\.1:\d+\/\S+ ?: connection refused \(check --url or ROTA_URL\)/)
    server = await JmapServer.start()
  })
})

/** A terminal at which somebody types. */
class Keyboard extends Duplex {
  readonly isTTY = true
  readonly raw: boolean[] = []
  readonly #keys: string
  constructor(keys: string) {
    super()
    this.#keys = keys
  }
  setRawMode(raw: boolean): this {
    this.raw.push(raw)
    return this
  }
  override _read(): void {
    this.push(this.#keys)
    this.push(null)
  }
}

suite('password prompt', () => {
  const words = () => ['--url', server.url, '--user', TEST_USER.user]
  test('takes what is typed, without echo', async () => {
    const keyboard = new Keyboard(`x\u007f${TEST_USER.password}\r`)
    const { code, stderr, stdout } = await rota(words(), {}, keyboard)
    assert.equal(code, 0, stderr)
    assert.equal(stderr, 'Password of admin: \n')
    assert.ok(!stdout.includes(TEST_USER.password))
    assert.deepEqual(keyboard.raw, [true, false])
  })
  test('Ctrl-C gives up and leaves the terminal as it was', async () => {
    const keyboard = new Keyboard('abc\u0003')
    const { code, stderr } = await rota(words(), {}, keyboard)
    assert.equal(code, 4)
    assert.match(stderr, /no password given/)
    assert.deepEqual(keyboard.raw, [true, false])
    assert.deepEqual(logins, [])
  })
})
