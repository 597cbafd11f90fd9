import assert from 'node:assert/strict'
import { test } from 'node:test'
import { REGISTRY_CAPABILITY, Sessions } from './session.ts'
import type { Capability } from './session.ts'

const MAIL: Capability = { urn: 'urn:ietf:params:jmap:mail', session: {}, account: { maxMailboxDepth: 1 }, ofGroups: true }
const sessions = new Sessions([REGISTRY_CAPABILITY, MAIL])
const CORE = 'urn:ietf:params:jmap:core'
const JANE = { accountId: '0000000000001', name: 'jane@example.org', permissions: new Set<string>() }

test('the session names the account, where to go and the limits', () => {
  const session = sessions.of(JANE, 'http://host.example:8080')
  assert.deepEqual(session['accounts'], {
    [JANE.accountId]: {
      name: 'jane@example.org', isPersonal: true, isReadOnly: false,
      accountCapabilities: { 'urn:stalwart:jmap': {}, 'urn:ietf:params:jmap:mail': { maxMailboxDepth: 1 } },
    },
  })
  assert.deepEqual(session['primaryAccounts'], {
    [CORE]: JANE.accountId, 'urn:stalwart:jmap': JANE.accountId, 'urn:ietf:params:jmap:mail': JANE.accountId,
  })
  assert.equal(session['username'], 'jane@example.org')
  assert.equal(session['apiUrl'], 'http://host.example:8080/jmap/')
  const { [CORE]: core, ...others } = session['capabilities'] as Record<string, Record<string, unknown>>
  assert.deepEqual(others, { 'urn:stalwart:jmap': {}, 'urn:ietf:params:jmap:mail': {} })
  const limits = ['maxObjectsInGet', 'maxObjectsInSet', 'maxCallsInRequest', 'maxSizeRequest']
  assert.deepEqual(limits.map(limit => core?.[limit]), [500, 500, 16, 10_000_000])
})

test('groups are accounts for mail alone, after the own one, and joining or leaving one changes the state', () => {
  const SALES = { accountId: '0000000000007', name: 'sales@example.org' }
  const member = { ...JANE, groups: [SALES] }
  const { accounts, primaryAccounts, state } = sessions.of(member, 'http://h')
  assert.deepEqual(Object.keys(accounts ?? {}), [JANE.accountId, SALES.accountId])
  assert.deepEqual((accounts as Record<string, unknown>)[SALES.accountId], {
    name: 'sales@example.org', isPersonal: false, isReadOnly: false,
    accountCapabilities: { 'urn:ietf:params:jmap:mail': { maxMailboxDepth: 1 } },
  })
  assert.deepEqual(primaryAccounts, sessions.of(JANE, 'http://h')['primaryAccounts'])
  assert.equal(state, sessions.state(member))
  assert.notEqual(state, sessions.state(JANE))
  assert.notEqual(state, sessions.state({ ...JANE, groups: [{ ...SALES, name: 'support@example.org' }] }))
})

test('without a login there are no accounts', () => {
  const session = sessions.of(null, 'http://h')
  assert.deepEqual([session['accounts'], session['primaryAccounts'], session['username']], [{}, {}, ''])
})

test('the state is that of replies, and differs between callers and between capabilities', () => {
  const state = sessions.state(JANE)
  assert.equal(sessions.of(JANE, 'http://one')['state'], state)
  assert.equal(sessions.of(JANE, 'http://other')['state'], state)
  const renamed = { ...JANE, name: 'john@example.org' }
  assert.notEqual(sessions.state(null), state)
  assert.notEqual(new Sessions([MAIL]).state(JANE), state)
  assert.notEqual(sessions.state(renamed), state)
})
