/** People who log in: one of them, Jane, by a password, on as many nodes as a test opens. */
import { silentLog } from '../../src/base/log.ts'
import { hasCode } from '../../src/errors.ts'
import { Auth } from '../../src/services/auth/auth.ts'
import { Directory } from '../../src/services/directory/directory.ts'
import { openPeople, passwords } from './people.ts'

/** Where Jane usually is. */
export const HOME = '192.0.2.1'

/** `open` gives another node; `reads` counts what all of them read of `store`. */
export async function loginWorld() {
  const people = await openPeople()
  const reads = { count: 0 }
  const store: typeof people.store = {
    ...people.store,
    read(work) {
      reads.count += 1
      return people.store.read(work)
    },
  }
  const open = () => new Auth({
    store, directory: new Directory(store), clock: people.clock, log: silentLog,
    permissionsOf: account => new Set([`${String(account['name'])}Permission`]),
  })
  const domainId = await people.domain('example.org')
  const addresses = ['jane@example.org', 'j@example.org']
  const jane = await people.account(domainId, addresses, { credentials: passwords('wonderful') })
  return { people, store, reads, open, auth: open(), domainId, jane }
}

export const failed = (error: unknown) => hasCode(error, 'auth/failed')
export const limited = (error: unknown) => hasCode(error, 'auth/rate-limited')
