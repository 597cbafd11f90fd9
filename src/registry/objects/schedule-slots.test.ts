import assert from 'node:assert/strict'
import { beforeEach, describe, it } from 'node:test'
import { openRegistry } from '../../../test/support/registry.ts'
import type { TestRegistry } from '../../../test/support/registry.ts'
import type { JsonObject } from '../../base/json.ts'
import { MethodError } from '../method.ts'
import { SLOTS_MAX } from './schedule-slots.ts'

/** VirtualClock begins at 2026-01-01T00:00:00Z. */
describe('x:Schedule/slots', () => {
  let test: TestRegistry
  beforeEach(async () => { test = await openRegistry() })
  const slots = (args: JsonObject) => test.call('Schedule/slots', args)

  it('tells the next slots of times that nobody has saved yet, in their zone', async () => {
    const { slots: utc, problem } = await slots({ cron: '0 2 * * *', limit: 2 })
    assert.deepEqual([utc, problem], [['2026-01-01T02:00:00Z', '2026-01-02T02:00:00Z'], null])
    assert.deepEqual((await slots({ cron: '0 2 * * *', timeZone: 'Europe/Vienna', limit: 1 }))['slots'], ['2026-01-01T01:00:00Z'])
    assert.deepEqual((await slots({ cron: '0 2 * * *', after: '2026-06-01T02:00:00Z', limit: 1 }))['slots'], ['2026-06-02T02:00:00Z'])
  })

  it('tells five, and never more than its limit', async () => {
    const count = async (args: JsonObject) => ((await slots({ cron: '* * * * *', ...args }))['slots'] as unknown[]).length
    assert.deepEqual([await count({}), await count({ limit: 10_000 }), await count({ limit: 0 })], [5, SLOTS_MAX, 0])
  })

  it('says of times that are none what a schedule would be refused with', async () => {
    const wrong = await slots({ cron: '0 25 * * *' })
    const refusal = await test.refused('Schedule', { name: 'x', cron: '0 25 * * *', task: { '@type': 'StoreMaintenance', maintenanceType: 'purgeData' } })
    assert.deepEqual([wrong['slots'], wrong['problem']], [[], { property: 'cron', description: refusal['description'] }])
    const zone = await slots({ cron: '0 2 * * *', timeZone: 'Mars/Base' })
    assert.equal((zone['problem'] as JsonObject)['property'], 'timeZone')
  })

  it('refuses what is no question, and who may not read schedules', async () => {
    for (const args of [{}, { cron: 5 }, { cron: '* * * * *', after: 'soon' }, { cron: '* * * * *', limit: -1 }]) {
      await assert.rejects(slots(args), (error: unknown) => error instanceof MethodError && error.type === 'invalidArguments')
    }
    const nobody = test.context(test.principal([]))
    await assert.rejects(test.call('Schedule/slots', { cron: '* * * * *' }, nobody), (error: unknown) => error instanceof MethodError && error.type === 'forbidden')
  })
})
