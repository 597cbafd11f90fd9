/**
 * What accounts and tenants store, in rows that are added to. Up to here it was a document of each account, of the
 * collection `Usage`; what these say is taken over, and they are read no more.
 */
import type { Migration } from './migration.ts'

export const usage: Migration = {
  version: 5,
  name: 'usage',
  statements({ dialect, text, integer, keyed }) {
    const inBody = (name: string): string =>
      dialect === 'sqlite' ? `json_extract(body, '$.${name}')` : `(body::json->>'${name}')::bigint`
    return [
      `create table mail_usage (
        id ${text} primary key,
        octets ${integer} not null,
        emails ${integer} not null,
        tenant_id ${text}
      ) ${keyed}`,
      `insert into mail_usage (id, octets, emails)
        select account_id, ${inBody('octets')}, ${inBody('emails')} from document where collection = 'Usage'`,
    ]
  },
}
