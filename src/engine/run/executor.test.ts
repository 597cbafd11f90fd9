import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pause } from '../../base/clock.ts'
import type { JsonObject } from '../../base/json.ts'
import { silentLog } from '../../base/log.ts'
import { VirtualClock } from '../../base/virtual-clock.ts'
import type { AnyBuiltVariant, Outcome } from '../task-variant.ts'
import { probeVariant, taskRow } from '../../../test/support/rows.ts'
import { Executor } from './executor.ts'
import { StopReason } from './stop-reason.ts'

const done: Outcome = { kind: 'done' }

function setup(variant: AnyBuiltVariant, ids: string[]) {
  const clock = new VirtualClock()
  const executor = new Executor({ clock, log: silentLog, deps: { marker: 1 }, mayStart: () => true, children: async (id, left) => left === 'waiting' ? id.length : 0 })
  const stop = new AbortController()
  const progress: JsonObject[] = []
  const rows = ids.map(id => taskRow(id, { payload: { word: id } }))
  const results = executor.run({ variant, rows, signal: stop.signal, progress: reached => { progress.push(reached) } })
  return { clock, stop, progress, results }
}
const kinds = (results: Map<string, { outcome: { kind: string } }>) => Object.fromEntries([...results].map(([id, { outcome }]) => [id, outcome.kind]))

test('the outcome of the variant is the result', async () => {
  const { results } = setup(probeVariant({ run: async () => ({ kind: 'snooze', forMs: 5, why: 'wait' }) }), ['a'])
  assert.deepEqual((await results).get('a')?.outcome, { kind: 'snooze', forMs: 5, why: 'wait' })
})

test('a run sees what is left of its own children, and a batch of none', async () => {
  const variant = probeVariant({ run: async (_task, { children }) => ({ kind: 'fail', why: `${await children('waiting')} and ${await children('failed')}` }) })
  assert.deepEqual((await setup(variant, ['abc']).results).get('abc')?.outcome, { kind: 'fail', why: '3 and 0' })
  const batch = probeVariant({ runBatch: async (tasks, { children }) => {
    await children('waiting')
    return tasks.map(() => done)
  } })
  assert.deepEqual(kinds(await setup(batch, ['a', 'b']).results), { a: 'done', b: 'done' }, 'halved until each is alone')
})

test('what is thrown goes through classify', async () => {
  const variant = probeVariant({ run: async () => { throw new Error('boom') }, classify: error => ({ kind: 'fail', why: `seen ${(error as Error).message}` }) })
  assert.deepEqual((await setup(variant, ['a']).results).get('a')?.outcome, { kind: 'fail', why: 'seen boom' })
})

test('a classify that throws makes it a retry with the first error', async () => {
  const variant = probeVariant({ run: async () => { throw new Error('boom') }, classify: () => { throw new Error('worse') } })
  assert.deepEqual((await setup(variant, ['a']).results).get('a')?.outcome, { kind: 'retry', why: 'Error: boom' })
})

test('a batch that throws is halved until the guilty task alone is charged', async () => {
  const batches: string[][] = []
  const variant = probeVariant({
    runBatch: async tasks => {
      batches.push(tasks.map(task => task.word))
      if (tasks.some(task => task.word === 'bad')) throw new Error('poison')
      return tasks.map(() => done)
    },
  })
  const results = await setup(variant, ['a', 'b', 'bad', 'c', 'd']).results
  assert.deepEqual(kinds(results), { a: 'done', b: 'done', bad: 'retry', c: 'done', d: 'done' })
  assert.deepEqual(batches, [['a', 'b', 'bad', 'c', 'd'], ['a', 'b', 'bad'], ['a', 'b'], ['bad'], ['c', 'd']])
})

test('a batch gives each task its own outcome', async () => {
  const variant = probeVariant({ runBatch: async tasks => tasks.map(task => (task.word === 'b' ? { kind: 'fail', why: 'no' } as const : done)) })
  assert.deepEqual(kinds(await setup(variant, ['a', 'b', 'c']).results), { a: 'done', b: 'fail', c: 'done' })
})

test('too few outcomes, or one outside the closed set, is never believed', async () => {
  const few = await setup(probeVariant({ runBatch: async () => [done] }), ['a', 'b']).results
  assert.deepEqual(kinds(few), { a: 'done', b: 'done' }, 'halved to single tasks, one outcome each is right')
  const odd = probeVariant({ run: async () => ({ kind: 'finished' }) as unknown as Outcome })
  assert.match(JSON.stringify((await setup(odd, ['a']).results).get('a')?.outcome), /retry.*unknown outcome/)
  const endless = probeVariant({ run: async () => ({ kind: 'snooze', forMs: NaN, why: '' }) })
  assert.equal((await setup(endless, ['a']).results).get('a')?.outcome.kind, 'retry')
})

test('a run that is too long is aborted and retried as timed out', async () => {
  const clock = new VirtualClock()
  const variant = probeVariant({ limits: { runMsMax: 1_000, concurrencyPerNode: 1 }, run: async (_task, context) => {
    await pause(clock, 60_000, context.signal)
    context.signal.throwIfAborted()
    return done
  } })
  const executor = new Executor({ clock, log: silentLog, deps: {}, mayStart: () => true, children: async (id, left) => left === 'waiting' ? id.length : 0 })
  const results = executor.run({ variant, rows: [taskRow('a')], signal: new AbortController().signal, progress() {} })
  await clock.advance(1_000)
  const result = (await results).get('a')
  assert.match(JSON.stringify(result?.outcome), /retry.*timed out/)
  assert.equal(result?.durationMs, 1_000)
})

test('a run that was told to stop is not charged, whatever it throws, and the rest of its batch is not started', async () => {
  let runs = 0
  const started = Promise.withResolvers<void>()
  const variant = probeVariant({ runBatch: async (_tasks, context) => {
    runs++
    started.resolve()
    await new Promise(resolve => { context.signal.addEventListener('abort', resolve, { once: true }) })
    throw new Error('interrupted')
  } })
  const { stop, results } = setup(variant, ['a', 'b'])
  await started.promise
  stop.abort(new StopReason('handover', 'test'))
  assert.deepEqual(kinds(await results), { a: 'stopped', b: 'stopped' })
  assert.equal(runs, 1)
})

test('an outcome that comes in spite of a stop counts', async () => {
  const { stop, results } = setup(probeVariant({ run: async (_task, context) => {
    await new Promise(resolve => { context.signal.addEventListener('abort', resolve, { once: true }) })
    return done
  } }), ['a'])
  await new Promise<void>(resolve => { setImmediate(resolve) })
  stop.abort(new StopReason('cancelled', 'test'))
  assert.deepEqual(kinds(await results), { a: 'done' })
})

test('a checkpoint reports progress, and throws once the run must stop', async () => {
  const { stop, progress, results } = setup(probeVariant({ run: async (_task, context) => {
    await context.checkpoint({ done: 1 })
    stop.abort(new StopReason('cancelled', 'test'))
    await context.checkpoint({ done: 2 })
    return done
  } }), ['a'])
  assert.deepEqual(kinds(await results), { a: 'stopped' })
  assert.deepEqual(progress, [{ done: 1 }])
})

test('a task sees its payload, its id and the dependencies', async () => {
  const seen: unknown[] = []
  await setup(probeVariant({ run: async (task, context) => {
    seen.push(task.id, task.word, context.deps)
    return done
  } }), ['a']).results
  assert.deepEqual(seen, ['a', 'a', { marker: 1 }])
})
