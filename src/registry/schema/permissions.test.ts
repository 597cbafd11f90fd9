import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { openRegistry } from '../../../test/support/registry.ts'
import type { TestRegistry } from '../../../test/support/registry.ts'

describe('permissions', () => {
  let test: TestRegistry
  let names: ReadonlySet<string>
  before(async () => {
    test = await openRegistry()
    names = new Set(test.registry.permissions().map(({ name }) => name))
  })

  it('exist for what an object can do, and for nothing else', () => {
    const of = (prefix: string) =>
      [...names]
        .filter(name => new RegExp(`^${prefix}(Get|Query|Create|Update|Destroy)$`).test(name))
        .map(name => name.slice(prefix.length))
        .sort()
    const all = ['Create', 'Destroy', 'Get', 'Query', 'Update']
    assert.deepEqual(
      [of('sysTask'), of('sysClusterRole'), of('sysTaskManager'), of('sysClusterNode'), of('sysTrace'), of('sysMetric')],
      [all, all, ['Get', 'Update'], ['Get', 'Query', 'Update'], ['Destroy', 'Get', 'Query'], ['Get', 'Query']],
    )
    assert.equal(
      [...names].some(name => /Report(Get|Query)/.test(name)),
      false,
    )
  })
  it('exist for every variant of a task', () => {
    for (const variant of test.catalogue.variants.keys()) assert.ok(names.has(`task${variant}`), variant)
  })
  it('are those that accounts can name, and all of them the administrator\'s', () => {
    assert.deepEqual(new Set(test.objects.permissions.map(({ name }) => name)), names)
    assert.deepEqual(test.objects.roles.Admin, names)
  })
  it('of an operator run the cluster and change no account', () => {
    const operator = test.objects.roles.Operator
    for (const name of [
      'sysTaskDestroy',
      'sysTaskManagerUpdate',
      'sysClusterRoleCreate',
      'sysNetworkListenerUpdate',
      'sysClusterNodeGet',
      'taskIndexDocument',
      'sysAccountGet',
      'sysDomainQuery',
    ])
      assert.ok(operator.has(name), name)
    assert.equal(
      [...operator].some(name => /^sys(Account|Domain)(Create|Update|Destroy)$/.test(name)),
      false,
    )
  })
  it('to read what people have done are of administrators and auditors alone', () => {
    const readers = (permission: string) =>
      Object.entries(test.objects.roles).flatMap(([role, held]) => (held.has(permission) ? [role] : []))
    for (const object of ['AuditEntry', 'Trace'])
      for (const verb of ['Get', 'Query'])
        assert.deepEqual(readers(`sys${object}${verb}`), ['Admin', 'ReadOnly'], object + verb)
    assert.deepEqual(readers('sysTraceDestroy'), ['Admin'])
    // Sums, which name nobody.
    assert.deepEqual(readers('sysMetricQuery'), ['Admin', 'Operator', 'ReadOnly'])
  })
  it('of an auditor change nothing', () => {
    assert.equal(
      [...test.objects.roles.ReadOnly].some(name => /^sys.*(Create|Update|Destroy)$/.test(name) || name.startsWith('task')),
      false,
    )
    assert.ok(test.objects.roles.ReadOnly.has('sysAccountQuery'))
  })
  it('of a user are the mailbox, the keys, the logins, the archive and the samples of the account', () => {
    assert.ok([...test.objects.roles.User].every(name => /^(jmap|sysApiKey|sysOAuthGrant|sysArchivedItem|sysSpamTrainingSample)/.test(name)))
  })
  it('are all known to clients by name and label', () => {
    for (const { name, label } of test.registry.permissions()) assert.ok(/^[a-z][A-Za-z]+$/.test(name) && label.length > 3)
  })
})
