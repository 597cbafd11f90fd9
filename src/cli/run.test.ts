import assert from 'node:assert/strict'
import { afterEach, beforeEach, suite, test } from 'node:test'
import { Capture, runCli } from '../../test/support/cli.ts'
import { JmapServer } from '../../test/support/jmap-server.ts'

let server: JmapServer
beforeEach(async () => {
  const tasks = Array.from({ length: 20 }, (_, index) => ({ id: `t${index}`, '@type': 'StoreMaintenance', status: { '@type': 'Failed' } }))
  server = await JmapServer.start({ objects: { 'x:Task': tasks }, objectsMax: 2 })
})
afterEach(async () => { await server.stop() })

/** An output whose reader goes away, or whose disk fills up, after some bytes. */
class Failing extends Capture {
  readonly #code: string
  #left: number
  constructor(code: string, bytes: number) {
    super()
    this.#code = code
    this.#left = bytes
  }
  override _write(chunk: string | Buffer, encoding: string, done: (error?: Error) => void): void {
    this.#left -= chunk.length
    if (this.#left >= 0) super._write(chunk, encoding, done)
    else done(Object.assign(new Error(`${this.#code}: write`), { code: this.#code, syscall: 'write' }))
  }
}

suite('help', () => {
  test('names every command, serve among them, the exit codes and the environment', async () => {
    const { code, stdout } = await runCli(['--help'])
    assert.equal(code, 0)
    for (const word of ['serve', 'get', 'query', 'create', 'update', 'delete', 'describe', 'task', 'Exit codes', 'ROTA_TOKEN']) {
      assert.ok(stdout.includes(word), word)
    }
    const task = await runCli(['task', '--help'])
    for (const word of ['retry', 'cancel', 'reschedule', 'watch']) assert.ok(task.stdout.includes(word), word)
  })
  test('--version is that of the package', async () => {
    assert.match((await runCli(['--version'])).stdout, /^\d+\.\d+\.\d+\n$/)
  })
  test('no command at all prints help and is exit code 2', async () => {
    const { code, stderr } = await runCli([])
    assert.equal(code, 2)
    assert.match(stderr, /^Usage: rota/)
  })
})

suite('wrong words', () => {
  test('are exit code 2, with what was meant', async () => {
    const cases: readonly (readonly [readonly string[], RegExp])[] = [
      [['qurey', 'task'], /unknown command 'qurey'\n\(Did you mean query\?\)/],
      [['task', 'retyr'], /unknown command 'retyr'\n\(Did you mean retry\?\)/],
      [['query', 'task', '--wher', 'a=b'], /unknown option '--wher'\n\(Did you mean --where\?\)/],
      [['query'], /missing required argument 'object'/],
      [['create', 'task', '{"a":1}'], /too many arguments/],
      [['--json', 'serve'], /serve comes first and takes no options/],
    ]
    for (const [words, message] of cases) {
      const { code, stderr } = await runCli(words, { server })
      assert.equal(code, 2, words.join(' '))
      assert.match(stderr, message)
    }
    assert.deepEqual(server.calls, [])
  })
})

suite('output', () => {
  test('errors are JSON with --json', async () => {
    const { code, stderr, stdout } = await runCli(['update', 'task-manager', '--field', 'maxAttempt=5', '--json'], { server })
    assert.deepEqual([code, stdout], [2, ''])
    assert.deepEqual(JSON.parse(stderr),
      { error: { type: 'usage', exitCode: 2, message: 'TaskManager has no field maxAttempt', hint: 'did you mean maxAttempts?' } })
  })
  test('and so are those of a command line that is not understood', async () => {
    const cases = [
      [['--json', 'qery'], "unknown command 'qery'", 'Did you mean query?'],
      [['query', 'task', '--jsn', '--json'], "unknown option '--jsn'", 'Did you mean --json?'],
      [['get', '--json'], "missing required argument 'object'", '`rota --help` lists commands and options'],
      [['--json', 'task'], 'which command?', '`rota --help` lists commands and options'],
      [['--json'], 'which command?', '`rota --help` lists commands and options'],
    ] as const
    for (const [words, message, hint] of cases) {
      const { code, stderr, stdout } = await runCli(words, { server })
      assert.deepEqual([code, stdout], [2, ''])
      assert.deepEqual(JSON.parse(stderr), { error: { type: 'usage', exitCode: 2, message, hint } })
    }
  })
  test('colour on a terminal only', async () => {
    const words = ['query', 'task', '--limit', '1']
    assert.ok((await runCli(words, { server, tty: true })).stdout.includes('\u001b[31mFailed\u001b[39m'))
    assert.ok(!(await runCli(words, { server })).stdout.includes('\u001b['))
    assert.ok(!(await runCli(words, { server, tty: true, env: { NO_COLOR: '1' } })).stdout.includes('\u001b['))
  })
  test('a reader that goes away ends the run quietly, without asking for the rest', async () => {
    const stdout = new Failing('EPIPE', 10)
    const { code, stderr } = await runCli(['query', 'task', '--json'], { server, stdout })
    assert.deepEqual([code, stderr], [0, ''])
    assert.ok(server.argsOf('x:Task/query').length < 10, 'it read on for nobody')
  })
  test('a full disk is an error', async () => {
    const { code, stderr } = await runCli(['query', 'task', '--json'], { server, stdout: new Failing('ENOSPC', 100) })
    assert.equal(code, 1)
    assert.match(stderr, /ENOSPC/)
  })
})

suite('server', () => {
  test('that is no JMAP server', async () => {
    server.intercept = () => ({ status: 200, body: '<html></html>' })
    const { code, stderr } = await runCli(['describe'], { server })
    assert.equal(code, 1)
    assert.match(stderr, /is this the address of the management API\?/)
  })
  test('that says what is wrong in a problem document', async () => {
    const cases: readonly (readonly [number, RegExp])[] = [
      [403, /not allowed \(HTTP 403: too bad\)/], [404, /HTTP 404: too bad/], [429, /too many requests/], [500, /HTTP 500: too bad/],
    ]
    for (const [status, message] of cases) {
      server.intercept = () => ({ status, body: { type: 'about:blank', detail: 'too bad' } })
      const { code, stderr } = await runCli(['describe'], { server })
      assert.equal(code, 1)
      assert.match(stderr, message)
    }
  })
})
