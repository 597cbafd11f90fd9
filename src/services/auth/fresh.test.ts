import assert from 'node:assert/strict'
import { test } from 'node:test'
import { VirtualClock } from '../../base/virtual-clock.ts'
import { Fresh } from './fresh.ts'

function example() {
  const values = new Map([['a', 'first']])
  const reads: string[] = []
  const fresh = new Fresh<string>(new VirtualClock(), async id => {
    reads.push(id)
    if (id === 'broken') throw new Error('the store is away')
    return values.get(id) ?? null
  })
  return { values, reads, fresh }
}

test('a value is read once as long as its stamp stays', async () => {
  const { values, reads, fresh } = example()
  assert.deepEqual(await Promise.all([fresh.at('a', '1'), fresh.at('a', '1')]), ['first', 'first'])
  values.set('a', 'second')
  assert.equal(await fresh.at('a', '1'), 'first')
  assert.equal(await fresh.at('a', '2'), 'second')
  assert.deepEqual(reads, ['a', 'a'])
})

test('what does not exist, or could not be read, is asked for again', async () => {
  const { values, reads, fresh } = example()
  assert.equal(await fresh.at('b', '1'), null)
  values.set('b', 'new')
  assert.equal(await fresh.at('b', '1'), 'new')
  await assert.rejects(fresh.at('broken', '1'), /away/)
  await assert.rejects(fresh.at('broken', '1'), /away/)
  assert.deepEqual(reads, ['b', 'b', 'broken', 'broken'])
})

test('a value that was read elsewhere counts like one that was read here', async () => {
  const { reads, fresh } = example()
  fresh.put('a', '1', 'known')
  assert.equal(await fresh.at('a', '1'), 'known')
  assert.equal(await fresh.at('a', '2'), 'first')
  assert.deepEqual(reads, ['a'])
})
