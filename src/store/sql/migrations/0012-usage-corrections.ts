/** How often what an account or a tenant stores was counted again and put right: no correction is made twice. */
import type { Migration } from './migration.ts'

export const usageCorrections: Migration = {
  version: 12,
  name: 'usage-corrections',
  statements: ({ integer }) => [`alter table mail_usage add column corrections ${integer} not null default 0`],
}
