import assert from 'node:assert/strict'
import { beforeEach, describe, it } from 'node:test'
import { openRegistry } from '../../../test/support/registry.ts'
import type { TestRegistry } from '../../../test/support/registry.ts'
import { taskManager } from './task-manager.ts'

describe('TaskManager', () => {
  let test: TestRegistry
  beforeEach(async () => { test = await openRegistry() })

  it('takes durations as people write them', async () => {
    await test.update('TaskManager', 'singleton', {
      maxAttempts: 5,
      totalDeadline: '6h',
      strategy: { '@type': 'ExponentialBackoff', factor: 2.0, initialDelay: '1m', maxDelay: '30m', jitter: true },
    })
    assert.deepEqual(await test.get('TaskManager', 'singleton'), {
      id: 'singleton', maxAttempts: 5, totalDeadline: 21_600_000,
      strategy: { '@type': 'ExponentialBackoff', factor: 2, initialDelay: 60_000, maxDelay: 1_800_000, jitter: true },
    })
  })
  it('changes its strategy whole or in part', async () => {
    await test.update('TaskManager', 'singleton', { 'strategy/factor': 3 })
    await test.update('TaskManager', 'singleton', { strategy: { '@type': 'FixedDelay', delay: 60_000 } })
    await test.update('TaskManager', 'singleton', { 'strategy/delay': '90s' })
    assert.deepEqual((await test.get('TaskManager', 'singleton'))['strategy'], { '@type': 'FixedDelay', delay: 90_000 })
    await test.update('TaskManager', 'singleton', { strategy: { '@type': 'ExponentialBackoff' } })
    assert.deepEqual((await test.get('TaskManager', 'singleton'))['strategy'], {
      '@type': 'ExponentialBackoff',
      factor: 2,
      initialDelay: 60_000,
      maxDelay: 1_800_000,
      jitter: true,
    })
  })
  it('refuses what cannot work', async () => {
    for (const [patch, property] of [
      [{ maxAttempts: 0 }, 'maxAttempts'],
      [{ totalDeadline: 0 }, 'totalDeadline'],
      [{ 'strategy/factor': 0.5 }, 'factor'],
      [{ maxAttempts: 2.5 }, 'maxAttempts'],
    ] as const) {
      const error = await test.refusedUpdate('TaskManager', 'singleton', patch)
      assert.deepEqual(
        [error['type'], (error['validationErrors'] as unknown as { property: string }[])[0]?.property],
        ['validationFailed', property],
      )
    }
    assert.deepEqual((await test.refusedUpdate('TaskManager', 'singleton', { strategy: { factor: 2 } }))['properties'], ['strategy/@type'])
    assert.deepEqual((await test.refusedUpdate('TaskManager', 'singleton', { 'strategy/delay': 5 }))['properties'], ['strategy/delay'])
  })
  it('is read by the server with its defaults, typed', async () => {
    const { maxAttempts, totalDeadline } = await test.store.read(tx => test.registry.singleton(tx, taskManager))
    assert.deepEqual([maxAttempts + 0, totalDeadline + 0], [3, 21_600_000])
  })
})
