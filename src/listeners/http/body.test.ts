import assert from 'node:assert/strict'
import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import { BodyBudget, readBody, SharedBudget } from './body.ts'

/** Remembers the most that was held at one time. */
class WatchedBudget extends BodyBudget {
  held = 0
  most = 0

  override take(bytes: number): boolean {
    const taken = super.take(bytes)
    if (taken) this.held += bytes
    this.most = Math.max(this.most, this.held)
    return taken
  }

  override give(bytes: number): void {
    this.held -= bytes
    super.give(bytes)
  }
}

function request(chunks: Iterable<Buffer>, headers: Record<string, string> = {}): IncomingMessage {
  return Object.assign(Readable.from(chunks), { headers }) as unknown as IncomingMessage
}

function* endless(): Generator<Buffer> {
  for (;;) yield Buffer.alloc(10)
}

test('a body is read whole, up to the limit', async () => {
  const budget = new WatchedBudget(1_000)
  const body = await readBody(request([Buffer.from('abc'), Buffer.from('de')]), 5, budget)
  assert.deepEqual(body, Buffer.from('abcde'))
  assert.equal(budget.held, 5, 'until the caller gives it back')
})

test('of a body without end no more than the limit is ever held', async () => {
  const budget = new WatchedBudget(1_000)
  assert.equal(await readBody(request(endless()), 50, budget), 'tooLarge')
  assert.deepEqual([budget.most, budget.held], [50, 0])
})

test('what declares too much is not held at all', async () => {
  const budget = new WatchedBudget(1_000)
  const declares = (length: number) => request(endless(), { 'content-length': String(length) })
  assert.equal(await readBody(declares(60), 50, budget), 'tooLarge')
  assert.equal(await readBody(declares(1_000_000), 50, budget), 'tooLarge')
  assert.equal(budget.most, 0)
})

test('bodies share a budget, and one that fails gives its part back', async () => {
  const budget = new WatchedBudget(70)
  const first = await readBody(request([Buffer.alloc(40)]), 50, budget)
  assert.equal(await readBody(request([Buffer.alloc(20), Buffer.alloc(20)]), 50, budget), 'busy')
  assert.equal(budget.held, 40)
  budget.give(first.length)
  const broken = (function* () {
    yield Buffer.alloc(30)
    throw new Error('the client went away')
  })()
  await assert.rejects(readBody(request(broken), 50, budget), /went away/)
  assert.equal(budget.held, 0)
})

test('one person holds a part of what all may hold, however many bodies he sends', async () => {
  const budgets = new SharedBudget(150, 100)
  const send = (person: string, octets: number) => readBody(request([Buffer.alloc(octets)]), 1_000, budgets.of(person))
  assert.equal((await send('ann', 60)).length, 60)
  assert.equal(await send('ann', 41), 'busy')
  assert.equal((await send('ann', 40)).length, 40)
  assert.equal(await send('bob', 51), 'busy', 'no more than is left for all')
  assert.equal((await send('bob', 50)).length, 50)
  budgets.of('ann').give(60)
  assert.equal((await send('ann', 60)).length, 60)
})
