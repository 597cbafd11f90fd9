import assert from 'node:assert/strict'
import { PassThrough, Readable } from 'node:stream'
import { test } from 'node:test'
import fc from 'fast-check'
import { Intake } from './intake.ts'
import type { Taken } from './intake.ts'

const HEAD = Buffer.from('head\r\n')
const head = () => HEAD
const same = (taken: Taken) => Promise.resolve(taken)

test('a message comes out as it went in, with the head in front, however it was cut', async () => {
  const chunks = fc.array(fc.uint8Array({ maxLength: 40_000 }), { maxLength: 12 })
  await fc.assert(fc.asyncProperty(chunks, async parts => {
    const intake = new Intake(1_000_000, 1_000_000)
    const taken = await intake.take(Readable.from(parts.map(part => Buffer.from(part)), { objectMode: true }), head, same)
    assert.deepEqual(taken, { kind: 'complete', content: Buffer.concat([HEAD, ...parts]) })
    assert.equal(intake.bytes, 0)
  }), { numRuns: 50 })
})

test('many tiny writes give the same as one', async () => {
  const parts = Array.from({ length: 50_000 }, (_, index) => Buffer.of(index & 0xff))
  const taken = await new Intake(1_000_000, 1_000_000).take(Readable.from(parts), () => Buffer.alloc(0), same)
  assert.ok(taken.kind === 'complete' && taken.content.equals(Buffer.concat(parts)))
})

test('a message over its limit is read to the end and dropped as soon as it is too large', async () => {
  const intake = new Intake(1_000, 10_000)
  const stream = new PassThrough()
  const taken = intake.take(stream, head, same)
  for (let part = 0; part < 20; part++) {
    if (!stream.write(Buffer.alloc(600))) await new Promise<void>(resolve => { stream.once('drain', resolve) })
    await new Promise<void>(resolve => { setImmediate(resolve) })
    assert.ok(intake.bytes <= 1_000, `holds ${intake.bytes} bytes`)
  }
  stream.end()
  assert.deepEqual(await taken, { kind: 'too-large' })
  assert.equal(intake.bytes, 0)
})

test('messages count together until they are delivered', async () => {
  const intake = new Intake(1_000, 1_500)
  const first = Promise.withResolvers<void>()
  const begun = Promise.withResolvers<void>()
  const delivering = intake.take(Readable.from([Buffer.alloc(1_000)]), head, async () => {
    begun.resolve()
    await first.promise
  })
  await begun.promise
  assert.equal(intake.bytes, 1_000)
  assert.deepEqual(await intake.take(Readable.from([Buffer.alloc(1_000)]), head, same), { kind: 'busy' })
  first.resolve()
  await delivering
  assert.equal((await intake.take(Readable.from([Buffer.alloc(1_000)]), head, same)).kind, 'complete')
})

test('a stream that breaks rejects, hands over nothing and gives its room back; so does a delivery that fails', async () => {
  const intake = new Intake(1_000, 1_000)
  const stream = new PassThrough()
  stream.write('half')
  let handed = 0
  const taken = intake.take(stream, head, () => {
    handed += 1
    return Promise.resolve()
  })
  stream.destroy(new Error('cut'))
  await assert.rejects(taken, /cut/)
  assert.equal(handed, 0)
  await assert.rejects(intake.take(Readable.from([Buffer.from('x')]), head, () => Promise.reject(new Error('store'))), /store/)
  assert.equal(intake.bytes, 0)
})
