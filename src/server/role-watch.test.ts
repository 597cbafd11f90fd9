import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '../base/json.ts'
import { silentLog } from '../base/log.ts'
import { enabledDuties, listenerEnabled } from '../engine/cluster/role.ts'
import { RoleWatch } from './role-watch.ts'

const duties = ['searchIndexing', 'outboundMta']

function watch(name: string | null, roles: readonly JsonObject[]) {
  const errors: string[] = []
  const store = { roles: [...roles] }
  const watching = new RoleWatch({ name, roles: async () => store.roles, log: { ...silentLog, error: (_fields, message) => { errors.push(message) } } })
  return { watching, store, errors }
}

test('without a role everything is enabled, and nothing is read', async () => {
  const { watching, errors } = watch(null, [])
  await watching.refresh()
  assert.deepEqual(enabledDuties(watching.role, duties), duties)
  assert.deepEqual(errors, [])
})

test('an unknown role enables nothing and says so, and counts as soon as it exists', async () => {
  const { watching, store, errors } = watch('edge', [{ name: 'Edge' }])
  await watching.refresh()
  assert.deepEqual(enabledDuties(watching.role, duties), [])
  assert.match(errors[0] ?? '', /runs nothing/)
  store.roles.push({ name: 'edge', tasks: { '@type': 'EnableSome', taskTypes: { outboundMta: true } }, listeners: { '@type': 'DisableSome', listenerIds: { l1: true } } })
  await watching.refresh()
  assert.deepEqual(enabledDuties(watching.role, duties), ['outboundMta'])
  assert.deepEqual(['l1', 'l2'].map(id => listenerEnabled(watching.role, id)), [false, true])
})

test('a role that is removed enables nothing again', async () => {
  const { watching, store } = watch('edge', [{ name: 'edge', tasks: { '@type': 'EnableAll' }, listeners: { '@type': 'EnableAll' } }])
  await watching.refresh()
  assert.deepEqual(enabledDuties(watching.role, duties), duties)
  store.roles = []
  await watching.refresh()
  assert.deepEqual(enabledDuties(watching.role, duties), [])
})

test('a group that cannot be read enables nothing', async () => {
  const { watching } = watch('edge', [{ name: 'edge', tasks: 'all', listeners: { '@type': 'Everything' } }])
  await watching.refresh()
  assert.deepEqual(enabledDuties(watching.role, duties), [])
  assert.equal(listenerEnabled(watching.role, 'l1'), false)
})
