import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FEATURES } from './features.ts'
import { packNumbers, unpackNumbers } from './model-bytes.ts'

const breathe = (): Promise<void> => Promise.resolve()
const refused = { code: 'spam/unreadable-model' } as const

test('numbers come back as they were, in little room while most are zeros', async () => {
  const numbers = new Float32Array(FEATURES + 1)
  for (let index = 0; index <= FEATURES; index += 10_007) numbers[index] = 1 / (index + 1)
  numbers[FEATURES] = -3
  let breaths = 0
  const packed = await packNumbers(numbers, async () => { breaths++ })
  assert.ok(packed.length < 40_000 && breaths > 10)
  assert.deepEqual(unpackNumbers(packed), numbers)
})

test('what is cut off, goes on, or is no number is refused, wherever that is', async () => {
  const numbers = new Float32Array(FEATURES + 1)
  const packed = await packNumbers(numbers, breathe)
  for (let length = 0; length < packed.length; length += 97) assert.throws(() => unpackNumbers(packed.subarray(0, length)), refused)
  assert.throws(() => unpackNumbers(Buffer.concat([packed, Buffer.from([0])])), refused)
  for (const wrong of [NaN, Infinity]) {
    numbers[77] = wrong
    const bytes = await packNumbers(numbers, breathe)
    assert.throws(() => unpackNumbers(bytes), refused)
  }
})
