import assert from 'node:assert/strict'
import { test } from 'node:test'
import { later } from './later.ts'

class Counter {
  #count = 0
  async add(by: number): Promise<number> { return this.#count += by }
  async read(): Promise<number> { return this.#count }
}

test('a service is made by the first call, once, also when several come together', async () => {
  let made = 0
  const counter = later(async () => {
    made += 1
    return new Counter()
  }, ['add', 'read'])
  assert.equal(made, 0)
  assert.deepEqual(await Promise.all([counter.add(2), counter.add(3)]), [2, 5])
  assert.equal(await counter.read(), 5)
  assert.equal(made, 1)
})

test('who calls it hears why it could not be loaded, and the next call tries again', async () => {
  let fails = true
  const counter = later(async () => fails ? Promise.reject(new Error('too many open files')) : new Counter(), ['add'])
  await assert.rejects(counter.add(1), /too many open files/)
  fails = false
  assert.equal(await counter.add(1), 1)
})
