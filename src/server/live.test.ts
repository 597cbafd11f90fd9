import assert from 'node:assert/strict'
import { test } from 'node:test'
import { VirtualClock } from '../base/virtual-clock.ts'
import type { NodeRow } from '../engine/ports/node.ts'
import type { Hint } from '../engine/ports/wakeups.ts'
import { LiveChanges } from '../services/live/live-changes.ts'
import { LocalWakeups } from '../store/local-wakeups.ts'
import { LiveSource } from './live.ts'

function world() {
  const clock = new VirtualClock(0)
  const wakeups = new LocalWakeups()
  const changes = new LiveChanges('epoch', clock)
  const source = new LiveSource(wakeups, changes, clock)
  const hints: Hint[] = []
  wakeups.subscribe(hint => { hints.push(hint) })
  let told: ReadonlyMap<string, readonly string[] | null> | null = new Map()
  changes.open(null, ({ changed }) => { told = changed })
  /** What the next entry says. */
  const next = async () => {
    told = new Map()
    await clock.advance(1_000)
    return told && Object.fromEntries(told)
  }
  return { clock, wakeups, source, hints, next }
}

const NODE: NodeRow = {
  incarnation: 'i', nodeId: 1, hostname: 'a', role: null, duties: ['search'], pushShard: null, draining: false, version: '1', startedAt: 0,
  renewedAt: 0, expiresAt: 10_000, drainRequested: false, info: { clockOffsetMs: 3 },
}
const view = (node: Partial<NodeRow>, holder: string | null = 'i') => ({
  nodes: [{ ...NODE, ...node }], leases: [{ lane: 'search', bucket: 0, holder, generation: 1 }], assignment: new Map(), storeNow: 0, askedMs: 0,
})

test('each hint is the objects that it is about', async () => {
  const { wakeups, next } = world()
  const expected: readonly (readonly [Hint, object | null])[] = [
    [{ kind: 'tasks', lanes: ['search'] }, { Task: null, TaskFailure: null }],
    [{ kind: 'requests' }, { Task: null, TaskFailure: null }],
    [{ kind: 'edited', ids: ['t1'] }, { Task: ['t1'], TaskFailure: null }],
    [{ kind: 'ran', ids: ['t1', 't2'] }, { Task: ['t1', 't2'], TaskFailure: null }],
    [{ kind: 'ran', ids: [] }, { Task: null, TaskFailure: null }],
    [{ kind: 'recorded' }, { TaskRun: null, TaskRunCount: null }],
    [{ kind: 'schedules' }, { Schedule: null }],
    [{ kind: 'objects', names: ['ClusterRole', 'AuditEntry'] }, { ClusterRole: null, AuditEntry: null, ClusterFinding: null }],
    [{ kind: 'objects', names: [] }, null],
    [{ kind: 'lost' }, null],
    [{ kind: 'leases' }, {}],
  ]
  for (const [hint, changed] of expected) {
    wakeups.publish(hint)
    assert.deepEqual(await next(), changed, JSON.stringify(hint))
  }
})

test('what runs did is hinted at once, and then twice a second however much it is', async () => {
  const { clock, source, hints } = world()
  source.ran(['t1'])
  assert.deepEqual(hints, [{ kind: 'ran', ids: ['t1'] }])
  for (let ms = 0; ms < 1_000; ms += 1) {
    for (let each = 0; each < 10; each++) source.ran([`t${ms}-${each}`])
    source.recorded()
    await clock.advance(1)
  }
  assert.deepEqual(hints.slice(1), [
    { kind: 'ran', ids: [] }, { kind: 'recorded' }, { kind: 'ran', ids: [] }, { kind: 'recorded' },
  ])
  await clock.advance(10_000)
  source.recorded()
  assert.deepEqual(hints.slice(5), [{ kind: 'recorded' }])
  await clock.advance(1)
  source.ran(['t2'])
  await clock.advance(500)
  assert.deepEqual(hints.slice(6), [{ kind: 'ran', ids: ['t2'] }])
})

test('a plan tells of nodes and leases when they differ from what it saw before, and not of heartbeats', async () => {
  const { source, next } = world()
  source.planned(view({}))
  await next()
  source.planned(view({ renewedAt: 3_000, expiresAt: 13_000, info: { clockOffsetMs: -4 } }))
  assert.deepEqual(await next(), {})
  const nodes = { ClusterNode: null, ClusterFinding: null }
  for (const changed of [{ draining: true }, { role: 'x' }, { info: { clockOffsetMs: 2_000 } }, { info: { clockOffsetMs: 2_000, runningTasks: 1 } }]) {
    source.planned(view(changed))
    assert.deepEqual(await next(), nodes, JSON.stringify(changed))
  }
  source.planned(view({ info: { clockOffsetMs: 2_000, runningTasks: 1 } }, null))
  assert.deepEqual(await next(), { ClusterNode: null, ClusterLane: null })
})

test('after its end it hears and says nothing', async () => {
  const { clock, wakeups, source, hints, next } = world()
  source.ran(['t1'])
  source.ran(['t2'])
  source.stop()
  await clock.advance(10_000)
  assert.equal(hints.length, 1)
  wakeups.publish({ kind: 'schedules' })
  assert.deepEqual(await next(), {})
})
