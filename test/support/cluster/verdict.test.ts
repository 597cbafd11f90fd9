/** A judge who condemns nobody proves nothing: each promise is broken here once. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Evidence } from './evidence.ts'
import { judge } from './verdict.ts'
import type { Run } from './witnessed.ts'

const DUTIES = ['searchIndexing']
const made = (task: string, due: number, at = due, commit = task) => ({ task, lane: 'search', bucket: 1, band: 0, due, key: 'k', commit, at })
const done = (task: string, at: number, writer = 'a.1', owner = 'A') => ({ task, kind: 'done' as const, at, writer, owner })
const run = (tasks: readonly string[], startedAt: number, endedAt: number, process = 'a.1'): Run =>
  ({ process, variant: 'IndexDocument', duties: DUTIES, startedAt, endedAt, tasks: tasks.map(id => ({ id, key: 'k' })) })
const life = (incarnation: string, process: string, at: number, kind: 'joined' | 'gone' = 'joined') => ({ incarnation, kind, process, at })
const grant = (holder: string | null, generation: number, at: number) => ({ lane: 'search', bucket: 1, holder, generation, at })

/** Two tasks of one key; the node of the first dies, that of the second goes on with it. */
const EVIDENCE: Evidence = {
  made: [made('1', 100), made('2', 101)],
  outcomes: [done('1', 250), done('2', 12_100, 'b.2', 'B')],
  lives: [life('A', 'a.1', 0), life('B', 'b.2', 0), life('A', 'b.2', 11_000, 'gone')],
  grants: [grant('A', 1, 50), grant(null, 1, 11_000), grant('B', 2, 11_010)],
  slots: [],
  measured: [],
}
const RUNS = [run(['1'], 200, 210), run(['2'], 300, Infinity), run(['2'], 12_000, 12_010, 'b.2')]

function finds(change: Partial<Evidence>, runs: readonly Run[], ...expected: readonly RegExp[]): void {
  const { broken } = judge({ ...EVIDENCE, ...change }, runs)
  assert.equal(broken.length, expected.length, broken.join('\n') || 'nothing was found')
  for (const [index, pattern] of expected.entries()) assert.match(broken[index] ?? '', pattern)
}

describe('the judge of a cluster', () => {
  it('finds nothing where nothing is, and counts what ran again', () => {
    assert.deepEqual(judge(EVIDENCE, RUNS), { broken: [], tasks: 2, repeated: 1 })
  })

  it('finds a task without an outcome, and one with two', () => {
    finds({ outcomes: EVIDENCE.outcomes.slice(1) }, RUNS, /^task 1 has 0 outcomes/)
    finds({ outcomes: [...EVIDENCE.outcomes, done('1', 400)] }, RUNS, /^task 1 has 2 outcomes/)
  })

  it('finds an outcome of somebody who did not hold the task, or has not run it', () => {
    finds({ outcomes: [done('1', 250), done('2', 12_100, 'a.1', 'B')] }, RUNS, /^a\.1 ended task 2 \(done\), which B held/)
    finds({}, RUNS.slice(0, 2), /^b\.2 ended task 2, which it had not run/)
  })

  it('finds a run without the duty', () => {
    finds({}, RUNS.map(each => each.startedAt === 300 ? { ...each, duties: ['taskScheduler'] } : each), /^a\.1 ran IndexDocument 2 without the duty searchIndexing/)
  })

  it('finds a task that overtakes one of its key, unless that may not have been there yet', () => {
    const late = [run(['2'], 2_000, 2_010), run(['1'], 2_100, 2_110), run(['2'], 12_000, 12_010, 'b.2')]
    finds({}, late, /^task 2 overtook 1 of its key k/)
    finds({ made: [made('1', 100, 1_500), made('2', 101)] }, late)
    finds({ made: [made('1', 100, 1_500, 'x'), made('2', 101, 1_500, 'x')] }, late, /^task 2 overtook 1/)
    finds({}, [run(['2', '1'], 2_000, 2_010), RUNS[2] ?? assert.fail()], /^task 2 overtook 1/)
  })

  it('finds two nodes on one key, as long as the first one has not been declared dead', () => {
    finds({ lives: EVIDENCE.lives.slice(0, 2) }, RUNS, /^b\.2 ran the key k while a\.1 did/)
    finds({}, [...RUNS.slice(0, 2), run(['2'], 10_999, 11_005, 'b.2'), RUNS[2] ?? assert.fail()], /^b\.2 ran the key k while a\.1 did/)
  })

  it('finds a lease that is taken from somebody, given to the dead, or given again under its old generation', () => {
    finds({ grants: [grant('A', 1, 50), grant('B', 2, 60)] }, RUNS, /^search\/1 was taken from A by B/)
    finds({ grants: [grant('A', 1, 11_001)] }, RUNS, /^search\/1 went to A, which was dead/)
    finds({ grants: [grant('A', 1, 50), grant(null, 1, 60), grant('B', 1, 70)] }, RUNS, /^search\/1 was given to B under an old generation/)
  })
})
