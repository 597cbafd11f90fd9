import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CHOICES, choiceOf, countOf, includes, withChoice, withMember } from './choice.ts'

const ALL = ['a', 'b', 'c']

test('each choice runs what its name says', () => {
  const runs = (group: object) => ALL.filter(member => includes(group as never, 'taskTypes', member)).join('')
  assert.equal(runs({ '@type': 'EnableAll' }), 'abc')
  assert.equal(runs({ '@type': 'DisableAll' }), '')
  assert.equal(runs({ '@type': 'EnableSome', taskTypes: { a: true } }), 'a')
  assert.equal(runs({ '@type': 'DisableSome', taskTypes: { a: true } }), 'bc')
  assert.equal(countOf({ '@type': 'DisableSome', taskTypes: { a: true, gone: true } }, 'taskTypes', ALL), 2)
})

test('who turns from one choice with ticks to another changes nothing of what runs', () => {
  const some = { '@type': 'EnableSome', taskTypes: { a: true } }
  const but = withChoice(some, 'taskTypes', 'DisableSome', ALL)
  assert.deepEqual(but, { '@type': 'DisableSome', taskTypes: { b: true, c: true } })
  assert.deepEqual(withChoice(but, 'taskTypes', 'EnableSome', ALL), some)
  assert.deepEqual(withChoice({ '@type': 'EnableAll' }, 'taskTypes', 'EnableSome', ALL), { '@type': 'EnableSome', taskTypes: { a: true, b: true, c: true } })
  assert.deepEqual(withChoice(some, 'taskTypes', 'DisableAll', ALL), { '@type': 'DisableAll' })
})

test('a tick means that it runs, whichever way the set is stored', () => {
  assert.deepEqual(withMember({ '@type': 'EnableSome', taskTypes: {} }, 'taskTypes', 'a', true), { '@type': 'EnableSome', taskTypes: { a: true } })
  assert.deepEqual(withMember({ '@type': 'DisableSome', taskTypes: { a: true } }, 'taskTypes', 'a', true), { '@type': 'DisableSome', taskTypes: {} })
  for (const choice of ['EnableSome', 'DisableSome'] as const) {
    for (const runs of [true, false]) assert.equal(includes(withMember({ '@type': choice }, 'listenerIds', 'x', runs), 'listenerIds', 'x'), runs)
  }
})

test('an unknown variant is taken for everything, as a server without the role does', () => {
  assert.equal(choiceOf({ '@type': 'Odd' }), 'EnableAll')
  assert.equal(CHOICES.length, 4)
})
