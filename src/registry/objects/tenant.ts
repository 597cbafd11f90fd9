/**
 * Tenant: a customer whose accounts and domains belong together and have limits of their own. Which account may belong to
 * which tenant, and how the limits are kept: tenancy.ts.
 */
import { number, string, utcDateTime } from '../../base/fields.ts'
import type { JsonObject } from '../../base/json.ts'
import { object } from '../schema/object.ts'
import type { ObjectDefinition } from '../schema/object.ts'
import { formatDate } from '../values/date.ts'
import { wordEntries } from '../values/words.ts'
import { quotasField, TENANT_QUOTA } from './quotas.ts'
import type { StoredMail } from './stored-mail.ts'

const NAME_CHARS_MAX = 200

export function tenantObject<Tx>(mail: StoredMail<Tx>): ObjectDefinition<JsonObject, Tx> {
  return object<Tx>({
    name: 'Tenant',
    label: 'Tenant',
    doc: 'A customer: accounts and domains that belong together, with limits for all of them.',
    shape: {
      kind: 'single',
      name: 'Tenant',
      neutral: { logo: [null], permissions: [{ '@type': 'Inherit' }], roles: [{ '@type': 'Default' }] },
      fields: {
        name: string('Of the customer.', { index: 'unique', maxLength: NAME_CHARS_MAX }),
        quotas: quotasField(TENANT_QUOTA, 'What all of it may have together; nothing set: no limit.'),
        createdAt: utcDateTime('When it was created.', { update: 'serverSet', label: 'Created' }),
        usedDiskQuota: number('Bytes of mail that its accounts store.', 'size', {
          update: 'serverSet', label: 'Stored bytes',
        }),
      },
    },
    labelProperty: 'name',
    columns: ['name', 'createdAt', 'usedDiskQuota'],
    filters: {
      text: { type: { type: 'string', format: 'string' }, label: 'Words of the name', words: true },
      name: { type: { type: 'string', format: 'string' }, label: 'Name' },
    },
    sections: [
      { title: 'Tenant', fields: ['name', 'createdAt', 'usedDiskQuota'] },
      { title: 'Limits', fields: ['quotas'] },
    ],
    menu: { section: 'Management', icon: 'book-user', group: 'Directory', link: 'Tenants' },
    hooks: {
      prepare: async (_id, next, _before, { now }) => ({ body: { createdAt: formatDate(now), ...next } }),
      entries: ({ name }) => wordEntries([name]),
      computed: {
        async usedDiskQuota(tx, tenants) {
          const used = await mail.usedBytes(tx, tenants.map(({ id }) => id))
          return tenants.map(({ id }) => used.get(id) ?? 0)
        },
      },
    },
  })
}
