import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dutyHolders } from './duty-holders.ts'

test('who has a duty: live nodes that do not drain, and roles by what they give', () => {
  const node = (id: string, more: object) => ({ id, hostname: id, role: null, status: 'active', draining: false, duties: { searchIndexing: true }, ...more })
  const role = (name: string, tasks: object) => ({ id: name, name, tasks }) as never
  const some = { searchIndexing: true }
  const holders = dutyHolders('searchIndexing', [
    node('a', {}), node('b', { duties: { storeMaintenance: true }, role: 'edge' }), node('gone', { status: 'stale' }), node('leaving', { draining: true }),
  ], [
    role('all', { '@type': 'EnableAll' }), role('none', { '@type': 'DisableAll' }), role('only', { '@type': 'EnableSome', taskTypes: some }),
    role('but', { '@type': 'DisableSome', taskTypes: some }), role('others', { '@type': 'DisableSome', taskTypes: { storeMaintenance: true } }),
  ])
  assert.deepEqual(holders.having.map(({ id }) => id), ['a'])
  assert.deepEqual(holders.lacking, [{ id: 'b', hostname: 'b', role: 'edge' }])
  assert.deepEqual([holders.roles, holders.otherRoles].map(list => list.map(({ name }) => name)), [['all', 'only', 'others'], ['none', 'but']])
})
