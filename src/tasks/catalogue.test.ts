import assert from 'node:assert/strict'
import { test } from 'node:test'
import { VARIANT_NAMES } from '../../test/support/declared-fields.ts'
import { Catalogue } from '../engine/catalogue.ts'
import { isBuilt } from '../engine/task-variant.ts'
import { VARIANTS } from './catalogue.ts'
import { lanes } from './lanes.ts'

test('lists every variant of the wire, in its order', () => {
  assert.deepEqual(VARIANTS.map(variant => variant.name), VARIANT_NAMES)
})

test('fits the lanes', () => {
  assert.equal(new Catalogue(VARIANTS, lanes()).variants.size, 18)
})

test('thirteen variants are built', () => {
  assert.deepEqual(VARIANTS.filter(isBuilt).map(variant => variant.name), [
    'IndexDocument', 'UnindexDocument', 'IndexTrace', 'MergeThreads', 'RestoreArchivedItem', 'DestroyAccount', 'AccountMaintenance', 'TenantMaintenance', 'StoreMaintenance', 'SpamFilterMaintenance', 'AcmeRenewal',
    'DkimManagement', 'DnsManagement',
  ])
})

test('clients may create eleven of them', () => {
  const refused = VARIANTS.filter(variant => variant.creatable !== true).map(variant => variant.name)
  assert.deepEqual(refused, [
    'CalendarAlarmEmail', 'CalendarAlarmNotification', 'CalendarItipMessage', 'MergeThreads',
    'DmarcReport', 'TlsReport', 'RestoreArchivedItem',
  ])
})
