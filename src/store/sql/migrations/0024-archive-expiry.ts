/**
 * Gives every archived item the key of its expiry (`registry/objects/archived-item.ts`). Earlier versions took it from an item
 * that was to be restored; one whose restoration had failed then stayed for good, and its content with it.
 */
import type { Migration } from './migration.ts'

export const archiveExpiry: Migration = {
  version: 24,
  name: 'archive-expiry',
  statements({ dialect }) {
    const until = dialect === 'sqlite' ? `json_extract(body, '$.archivedUntil')` : `(body::json->>'archivedUntil')`
    return [
      `insert into key_value (key, value) select 'archived-item/' || ${until} || '/' || id, '{}' from object
        where object = 'ArchivedItem' and ${until} is not null
        on conflict do nothing`,
    ]
  },
}
