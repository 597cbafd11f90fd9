import assert from 'node:assert/strict'
import { test } from 'node:test'
import { enabledDuties, listenerEnabled, type Group, type Role } from './role.ts'

const duties = ['searchIndexing', 'outboundMta', 'taskScheduler']
const known = (tasks: Group, listeners: Group = tasks): Role => ({ kind: 'known', name: 'r', tasks, listeners })
const some = (kind: 'EnableSome' | 'DisableSome', ...members: string[]): Group => ({ kind, members: new Set(members) })

const cases: [string, Role, string[]][] = [
  ['no role runs everything', { kind: 'none' }, duties],
  ['an unknown role runs nothing', { kind: 'unknown', name: 'x' }, []],
  ['EnableAll', known({ kind: 'EnableAll' }), duties],
  ['DisableAll', known({ kind: 'DisableAll' }), []],
  ['EnableSome', known(some('EnableSome', 'outboundMta')), ['outboundMta']],
  ['EnableSome of nothing is nothing', known(some('EnableSome')), []],
  ['DisableSome', known(some('DisableSome', 'outboundMta')), ['searchIndexing', 'taskScheduler']],
  ['DisableSome of nothing is everything', known(some('DisableSome')), duties],
]
for (const [name, role, expected] of cases) {
  test(`duties: ${name}`, () => { assert.deepEqual(enabledDuties(role, duties), expected) })
  test(`listeners: ${name}`, () => { assert.deepEqual(duties.filter(id => listenerEnabled(role, id)), expected) })
}

test('the two groups of a role are independent', () => {
  const role = known({ kind: 'DisableAll' }, { kind: 'EnableAll' })
  assert.deepEqual(enabledDuties(role, duties), [])
  assert.equal(listenerEnabled(role, 'l1'), true)
})
