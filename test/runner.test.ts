/** The runner behind `npm test`: what it counts, and that nothing gets past it. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { runTestFile } from '../tools/testing/file.ts'
import { inOrder, LONGEST, WAITING } from '../tools/testing/order.ts'
import { stepLine, summary } from '../tools/testing/report.ts'
import type { Result } from '../tools/testing/result.ts'

const HEAD = 'import { describe, it, before } from \'node:test\'\nimport assert from \'node:assert/strict\'\n'
const limitMs = 60_000

describe('a test file', () => {
  let folder: string
  before(async () => { folder = await mkdtemp(join(tmpdir(), 'rota-runner-')) })
  after(() => rm(folder, { recursive: true }))

  async function run(body: string, limit = limitMs): Promise<Result> {
    await writeFile(join(folder, 'planted.test.ts'), HEAD + body)
    return runTestFile('planted.test.ts', folder, limit)
  }

  it('is counted by its tests, not its suites', async () => {
    const result = await run('describe(\'s\', () => { it(\'a\', () => {}); describe(\'t\', () => { it(\'b\', () => {}) }) })\nit(\'c\', () => {})')
    assert.deepEqual([result.passed, result.failures, result.skipped, result.notes], [3, [], [], []])
  })

  it('fails by each test that fails, with its place, message and output', async () => {
    const result = await run('describe(\'s\', () => {\nit(\'a\', () => { console.log(\'on the way\'); assert.equal(1, 2) })\nit(\'b\', () => {})\n})')
    assert.equal(result.passed, 1)
    assert.deepEqual(result.failures.map(failure => failure.name), ['planted.test.ts:4 › s › a'])
    assert.match(result.failures[0]?.text ?? '', /1 !== 2[\s\S]*on the way/)
  })

  it('lists what is skipped and why, a whole suite as one', async () => {
    const result = await run('it(\'a\', { skip: \'no server\' }, () => {})\ndescribe(\'s\', { skip: \'no disk\' }, () => { it(\'b\', () => {}) })\nit.todo(\'c\')')
    assert.deepEqual(result.skipped, [
      { name: 'planted.test.ts › a', reason: 'no server' }, { name: 'planted.test.ts › s', reason: 'no disk' },
      { name: 'planted.test.ts › c', reason: 'no reason given' },
    ])
    assert.deepEqual([result.passed, result.failures], [0, []])
  })

  it('fails when it holds no test', async () => {
    assert.deepEqual((await run('')).failures, [{ name: 'planted.test.ts', text: 'holds no test' }])
  })

  it('fails when it cannot be loaded, or breaks outside of a test', async () => {
    const unloadable = await run('import \'./absent.ts\'')
    assert.match(unloadable.failures[0]?.text ?? '', /code 1[\s\S]*ERR_MODULE_NOT_FOUND/)
    const hook = await run('describe(\'s\', () => { before(() => { throw new Error(\'no ground\') }); it(\'a\', () => {}) })')
    assert.equal(hook.passed, 0)
    assert.match(hook.failures.map(failure => failure.text).join(), /no ground/)
    const ended = await run('it(\'a\', () => {})\nprocess.on(\'exit\', () => { process.exitCode = 7 })')
    assert.match(ended.failures[0]?.text ?? '', /code 7 although no test failed/)
  })

  const wait = 'await new Promise(resolve => { setImmediate(resolve) })'
  const lost = ['void Promise.reject(new Error(\'lost\'))', 'setImmediate(() => { throw new Error(\'lost\') })']

  it('fails by an error that nobody handles, wherever it comes from, and names the test that ran', async () => {
    for (const error of lost) {
      const result = await run(`it('before', () => {})\ndescribe('s', () => { it('a', async t => {\nawait t.test('inner', () => {})\n${wait}\n${error}\n${wait}\n}) })\nit('b', () => {})`)
      assert.deepEqual([result.passed, result.failures.map(({ name }) => name)], [3, ['planted.test.ts:4 › s › a']], error)
      assert.match(result.failures[0]?.text ?? '', /Error: lost\n +at .*planted\.test\.ts:7/, error)
    }
  })

  it('fails itself by such an error while no test runs, and shows it', async () => {
    for (const error of lost) {
      const result = await run(`it('a', () => {})\nprocess.once('beforeExit', () => {\n${error}\n})`)
      assert.deepEqual(result.failures.map(({ name }) => name), ['planted.test.ts'], error)
      assert.match(result.failures[0]?.text ?? '', /although no test failed[\s\S]*Error: lost\n +at .*planted\.test\.ts:5/, error)
    }
  })

  it('keeps hooks to the suite they stand in', async () => {
    const body = `let of = ''
      describe('s', () => { before(() => { of = 's' }); it('a', () => { assert.equal(of, 's') }) })
      describe('t', () => { it('b', () => { assert.equal(of, 's') }); describe('u', () => { before(async () => { of = 'u' }); it('c', () => { assert.equal(of, 'u') }) }) })`
    assert.deepEqual((await run(body)).failures, [])
  })

  it('passes on notes', async () => {
    assert.deepEqual((await run('it(\'a\', t => { t.diagnostic(\'look here\') })')).notes, ['look here'])
  })

  it('does not see the settings of the person\'s own node', async () => {
    process.env['ROTA_DATA_DIR'] = 'mine'
    try {
      assert.deepEqual((await run('it(\'a\', () => { assert.equal(process.env.ROTA_DATA_DIR, undefined) })')).failures, [])
    } finally {
      delete process.env['ROTA_DATA_DIR']
    }
  })

  it('that hangs is killed with what it started, and says where it was', async () => {
    const body = `import { spawn } from 'node:child_process'
      it('quick', () => {})
      it('endless', async () => {
        console.log('child', spawn('sleep', ['600'], { stdio: 'inherit' }).pid)
        await new Promise(() => {})
      })`
    const result = await run(`import { createServer } from 'node:net'\ncreateServer().listen(0, '127.0.0.1')\n${body}`, 5_000)
    assert.equal(result.passed, 1)
    const text = result.failures.at(-1)?.text ?? ''
    assert.match(text, /killed: not finished after 5 s; last test started: endless/)
    const pid = /child (\d+)/.exec(text)?.[1] ?? assert.fail(text)
    // A dead process stays in the list as Z until its parent asks for it.
    const state = process.platform === 'linux'
      ? (await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')).split(') ')[1] ?? ''
      : spawnSync('ps', ['-o', 'stat=', '-p', pid], { encoding: 'utf8' }).stdout
    assert.match(state, /^(Z|$)/)
  })

  it('that leaves a process behind has it killed, and says so', async () => {
    const result = await run('import { spawn } from \'node:child_process\'\nit(\'a\', () => { spawn(\'sleep\', [\'600\'], { stdio: \'ignore\' }).unref() })')
    assert.deepEqual(result.notes, ['planted.test.ts left a process running; it was killed'])
  })
})

describe('the order of files', () => {
  it('begins with the longest, and drops and repeats none', () => {
    const [longest = '', longer = ''] = LONGEST
    const [waits = ''] = WAITING
    assert.deepEqual(inOrder(['test/b.test.ts', 'src/a.test.ts', waits, longer, 'test/a.test.ts', longest]), {
      computing: [longest, longer, 'test/b.test.ts', 'test/a.test.ts', 'src/a.test.ts'], waiting: [waits],
    })
  })

  it('names only files that there are, each once', () => {
    const named = [...LONGEST, ...WAITING]
    assert.deepEqual(named.filter(file => !existsSync(new URL(`../${file}`, import.meta.url))), [])
    assert.equal(new Set(named).size, named.length)
  })
})

describe('the report', () => {
  const result = (part: Partial<Result>): Result => ({ step: 'a', durationMs: 1_234, passed: 0, failures: [], skipped: [], notes: [], ...part })
  const failures = [{ name: 'a:1 › x', text: 'one\ntwo' }]
  const skipped = [{ name: 'a › y', reason: 'no server' }]

  it('ends with the sum', () => {
    const last = (results: Result[]) => summary(results).text.split('\n').at(-1)
    assert.equal(last([result({ passed: 2 }), result({ passed: 3 })]), '5 passed, 0 failed')
    assert.equal(last([result({ passed: 2, failures, skipped })]), '2 passed, 1 failed, 1 skipped')
  })

  it('is good only when something passed and nothing failed', () => {
    assert.equal(summary([result({ passed: 1, skipped })]).ok, true)
    assert.equal(summary([result({ passed: 1, failures })]).ok, false)
    assert.equal(summary([result({ skipped })]).ok, false)
    assert.equal(summary([]).ok, false)
  })

  it('shows failures in full, skipped tests with the reason, and notes', () => {
    const { text } = summary([result({ passed: 1, failures, skipped, notes: ['look here'] })])
    assert.match(text, /Failed\n {2}a:1 › x\n {4}one\n {4}two\n/)
    assert.match(text, /Skipped\n {2}a › y: no server\n/)
    assert.match(text, /Notes\n {2}look here\n/)
  })

  it('names the ten slowest files, slowest first', () => {
    const results = Array.from({ length: 12 }, (_, index) => result({ step: `f${index}`, durationMs: index * 1_000, passed: 1 }))
    const section = summary(results).text.split('Slowest\n')[1]?.split('\n').filter(line => / s {2}f/.test(line)) ?? []
    assert.deepEqual(section.map(line => line.trim().split(/ +/)[2]), ['f11', 'f10', 'f9', 'f8', 'f7', 'f6', 'f5', 'f4', 'f3', 'f2'])
  })

  it('has a line for each step', () => {
    assert.equal(stepLine(result({ passed: 2, failures, skipped })), '  1.2 s  a  2 passed, 1 FAILED, 1 skipped')
  })
})
