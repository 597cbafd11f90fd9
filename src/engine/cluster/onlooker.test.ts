import assert from 'node:assert/strict'
import { test } from 'node:test'
import { world } from '../../../test/support/engine.ts'
import { probeVariant } from '../../../test/support/rows.ts'
import type { Outcome } from '../task-variant.ts'

test('an onlooker hears of a run that lasts, of its progress, of its end, of the history, and of what the plan sees', async () => {
  const ended = Promise.withResolvers<Outcome>()
  let reach: (progress: { done: number }) => Promise<void> = () => Promise.resolve()
  const here = await world([probeVariant({
    run(_task, context) {
      reach = progress => context.checkpoint(progress)
      return ended.promise
    },
  })])
  const heard: string[] = []
  const node = here.node('a', { onlooker: {
    ran: ids => { heard.push(...ids) }, recorded: () => { heard.push('recorded') }, planned: ({ leases }) => { heard.push(`${leases.length} leases`) },
  } })
  await node.start()
  await here.clock.advance(1_000)
  assert.ok(heard.includes('9 leases'), heard.join())
  const since = async (ms: number) => {
    heard.length = 0
    await here.clock.advance(ms)
    return heard.filter(what => !what.endsWith('leases'))
  }
  const id = await here.enqueue({ word: 'a', key: 'k' })
  assert.deepEqual(await since(500), [])
  assert.deepEqual(await since(1_000), [id], 'pinned')
  assert.deepEqual(await since(5_000), [], 'nothing new')
  await reach({ done: 1 })
  assert.deepEqual(await since(1_000), [id], 'progress')
  ended.resolve({ kind: 'done' })
  assert.deepEqual(await since(1_000), [id, 'recorded'])
  const stopped = node.stop(1_000)
  await here.clock.advance(60_000)
  await stopped
  await here.store.close()
})
