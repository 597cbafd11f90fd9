import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { fromLocalInput, localInput } from './local-input.ts'

suite('a moment in an input', () => {
  const zone = process.env['TZ']
  before(() => { process.env['TZ'] = 'Europe/Berlin' })
  after(() => {
    if (zone === undefined) delete process.env['TZ']
    else process.env['TZ'] = zone
  })

  test('keeps its time while the year is typed: zones of old are not whole minutes', () => {
    for (const year of ['0002', '0020', '0202', '1850', '2026', '2031']) {
      const text = `${year}-07-01T10:00:05`
      assert.equal(localInput(fromLocalInput(text) ?? '', 'second'), text)
    }
  })

  test('is in the zone of the viewer, summer or winter', () => {
    assert.deepEqual(['2026-07-01T10:00:05Z', '2026-01-01T10:00:05Z'].map(at => localInput(at, 'minute')), ['2026-07-01T12:00', '2026-01-01T11:00'])
    assert.deepEqual([fromLocalInput('2026-07-01T12:00'), fromLocalInput(''), localInput('soon', 'second')], ['2026-07-01T10:00:00Z', null, ''])
  })
})
