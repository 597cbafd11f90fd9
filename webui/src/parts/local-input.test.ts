import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { fromLocalInput, localInput } from './local-input.ts'

suite('a moment in an input', () => {
  test('is in the zone of the viewer, summer or winter, and the same when it is read again', () => {
    for (const year of [202, 1850, 2026, 2031]) for (const month of [0, 6]) {
      const at = new Date(2000, month, 1, 10, 0, 5)
      at.setFullYear(year)
      const text = localInput(at.toISOString(), 'second')
      assert.equal(text, `${String(year).padStart(4, '0')}-0${month + 1}-01T10:00:05`)
      assert.equal(localInput(fromLocalInput(text) ?? '', 'second'), text)
    }
  })

  test('is nothing when there is none', () => {
    assert.deepEqual([fromLocalInput(''), fromLocalInput('soon'), localInput('soon', 'minute')], [null, null, ''])
    assert.match(localInput('2026-07-01T12:00:59Z', 'minute'), /^2026-07-0\dT\d\d:\d\d$/)
  })
})
