import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { baseSubject } from './subject.ts'

test('replies, forwards and list names go, the rest stays', () => {
  for (const subject of [
    'Plan', 're: PLAN', 'Re: Fwd: Re:  Plan', 'RE[2]: Plan', 'Re: [team] Plan', '[team] Re: [other] Plan (fwd)', 'AW: WG: Plan', '[Fwd: Re: Plan]', 'Fw:Plan',
  ]) assert.equal(baseSubject(subject), 'plan', subject)
})

test('what only looks like a mark is kept', () => {
  assert.equal(baseSubject('Report: figures'), 'report: figures')
  assert.equal(baseSubject('[team]'), '[team]')
  assert.equal(baseSubject('Plan (forward)'), 'plan (forward)')
  assert.equal(baseSubject('Re:'), '')
})

test('of marks without end none is left', () => {
  // Read to its end for each of them, it would take seconds.
  for (const [before, after] of [['re: ', ''], ['', ' (fwd)']] as const) {
    assert.equal(baseSubject(`${before.repeat(10_000)}plan${after.repeat(10_000)}`), 'plan')
  }
})

test('a base subject is its own base, whatever is put before it', () => {
  fc.assert(fc.property(fc.string(), subject => {
    const base = baseSubject(subject)
    assert.equal(baseSubject(base), base)
    assert.equal(baseSubject(`Re: ${base}`), base)
  }))
})
