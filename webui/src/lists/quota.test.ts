import assert from 'node:assert/strict'
import { test } from 'node:test'
import { quotaOf } from './quota.ts'

test('a quota that is not set is no limit, and one of nothing is one', () => {
  assert.equal(quotaOf({}, 'maxEmails'), null)
  assert.equal(quotaOf({ quotas: { maxDiskQuota: 5 } }, 'maxEmails'), null)
  assert.equal(quotaOf({ quotas: { maxEmails: 0 } }, 'maxEmails'), 0)
})
