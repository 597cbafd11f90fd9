import assert from 'node:assert/strict'
import { test } from 'node:test'
import { silentLog } from '../../base/log.ts'
import { VirtualClock } from '../../base/virtual-clock.ts'
import { RotaError } from '../../errors.ts'
import type { Finish, QueueStore } from '../ports/queue.ts'
import { Completer } from './completer.ts'

type Reply = Awaited<ReturnType<QueueStore['finish']>>
const done = (id: string): Finish => ({ kind: 'done', id, version: 1 })

/** A completer on a queue whose `finish` answers as the test says. */
function setup(answer: (items: readonly Finish[]) => Promise<Reply>) {
  const clock = new VirtualClock()
  const batches: string[][] = []
  const written: string[] = []
  let lost = 0
  const queue = { finish: async (_holder: string, items: readonly Finish[]) => {
    batches.push(items.map(item => item.id))
    return answer(items)
  } } as unknown as QueueStore
  const completer = new Completer({ queue, holder: 'me', clock, log: silentLog, lost: () => { lost++ } })
  const add = (id: string) => { completer.add(done(id), applied => { written.push(`${id}:${applied}`) }) }
  return { clock, completer, batches, written, add, lost: () => lost }
}

test('what ends during a write goes out together with the next one', async () => {
  const gates = [Promise.withResolvers<Reply>(), Promise.withResolvers<Reply>()]
  let call = 0
  const { completer, batches, written, add, clock } = setup(() => gates[call++]?.promise ?? Promise.resolve([]))
  add('a')
  await clock.advance(0)
  for (const id of ['b', 'c', 'd']) add(id)
  gates[0]?.resolve([true])
  gates[1]?.resolve([true, false, true])
  await completer.settled()
  assert.deepEqual(batches, [['a'], ['b', 'c', 'd']])
  assert.deepEqual(written, ['a:true', 'b:true', 'c:false', 'd:true'])
})

test('a store that does not answer is asked again, and nothing is lost or told twice', async () => {
  let failures = 3
  const { completer, batches, written, add, clock } = setup(async items => {
    if (failures-- > 0) throw new RotaError('store/unavailable', 'away')
    return items.map(() => true)
  })
  add('a')
  add('b')
  await clock.advance(10_000)
  await completer.settled()
  assert.equal(batches.length, 4)
  assert.deepEqual(written, ['a:true', 'b:true'])
})

test('an incarnation that is over writes nothing, and says so once a batch', async () => {
  const { completer, written, add, lost } = setup(async () => 'lost')
  add('a')
  await completer.settled()
  assert.deepEqual(written, ['a:false'])
  assert.equal(lost(), 1)
})

test('abandoning lets go of what could not be written', async () => {
  const { completer, written, add, clock } = setup(async () => { throw new RotaError('store/unavailable', 'away') })
  add('a')
  await clock.advance(5_000)
  assert.deepEqual(written, [])
  completer.abandon()
  await clock.advance(5_000)
  await completer.settled()
  assert.deepEqual(written, ['a:false'])
})

test('a batch has at most 500 results', async () => {
  const { completer, batches, add } = setup(async items => items.map(() => true))
  for (let index = 0; index < 1_201; index++) add(`t${index}`)
  await completer.settled()
  assert.deepEqual(batches.map(batch => batch.length), [500, 500, 201])
})

test('one result that the store refuses fails its own task and lets the others through', async () => {
  const states: string[] = []
  const { completer, written, add } = setup(async items => {
    if (items.some(item => item.id === 'bad' && item.kind === 'done')) throw new TypeError('cannot bind undefined')
    for (const item of items) states.push(`${item.id}:${item.kind === 'again' ? item.state.status : item.kind}`)
    return items.map(() => true)
  })
  for (const id of ['a', 'bad', 'b']) add(id)
  await completer.settled()
  assert.deepEqual(states, ['a:done', 'bad:Failed', 'b:done'])
  assert.deepEqual(written, ['a:true', 'bad:true', 'b:true'])
})

test('a result that cannot be stored even as a failure is left, and nothing waits for it', async () => {
  const { completer, written, add } = setup(async items => {
    if (items.some(item => item.id === 'bad')) throw new TypeError('cannot bind undefined')
    return items.map(() => true)
  })
  for (const id of ['bad', 'b']) add(id)
  await completer.settled()
  assert.deepEqual(written, ['bad:false', 'b:true'])
})
