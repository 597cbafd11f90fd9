import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { CRON_CHARS_MAX, scheduleProblem } from './cron.ts'

const NOW = Date.parse('2026-01-01T00:00:00Z')
const textOf = (cron: string, timeZone = 'UTC') => scheduleProblem(cron, timeZone, NOW)?.text ?? null

describe('what is wrong with a schedule', () => {
  it('is nothing for five or six parts, names, ranges, lists, steps and the last day', () => {
    for (const cron of [
      '* * * * *', '0 2 * * *', '*/15 8-18 * * MON-FRI', '0 0 1,15 * *', '30 4 L * *', '0 0 1 jan,jul *', '*/10 * * * * *', ' 0  3 * * 0 ', '0 0 29 2 *',
    ]) assert.equal(textOf(cron), null, cron)
  })
  it('is the number of parts', () => {
    for (const [cron, count] of [['', 0], ['* * * *', 4], ['* * * * * * *', 7], ['@daily', 1], ['2027-01-01T00:00:00', 1]] as const) {
      assert.match(textOf(cron) ?? '', new RegExp(`must have 5 parts .*it has ${count}\\.$`), cron)
    }
  })
  it('is the part that cannot be read, by its name', () => {
    const cases: readonly (readonly [string, string])[] = [
      ['61 * * * *', 'minute "61"'], ['* 24 * * *', 'hour "24"'], ['* * 32 * *', 'day of the month "32"'], ['* * 0 * *', 'day of the month "0"'],
      ['* * * 13 *', 'month "13"'], ['* * * foo *', 'month "foo"'], ['* * * * 8', 'day of the week "8"'], ['60 * * * * *', 'second "60"'],
      ['*/0 * * * *', 'minute "*/0"'], ['5-1 * * * *', 'minute "5-1"'], ['1,, * * * *', 'minute "1,,"'], ['$(x) * * * *', 'minute "$(x)"'],
    ]
    for (const [cron, part] of cases) assert.ok(textOf(cron)?.startsWith(`has the ${part}, which is not valid; `), `${cron}: ${textOf(cron)}`)
  })
  it('is that it never comes', () => {
    assert.equal(textOf('0 0 30 2 *'), 'never comes: no date is like that.')
    assert.equal(textOf('0 0 31 4,6,9,11 *'), 'never comes: no date is like that.')
  })
  it('is its length', () => { assert.equal(textOf(`0 0 * * ${'1,'.repeat(CRON_CHARS_MAX)}1`), `may have ${CRON_CHARS_MAX} characters.`) })
  it('is the time zone', () => {
    for (const timeZone of ['Mars/Base', '', '+02:00', 'GMT+99', '../etc']) {
      assert.deepEqual(scheduleProblem('0 2 * * *', timeZone, NOW)?.property, 'timeZone', timeZone)
    }
    for (const timeZone of ['UTC', 'Europe/Vienna', 'America/Argentina/Buenos_Aires']) assert.equal(scheduleProblem('0 2 * * *', timeZone, NOW), null)
  })
})
