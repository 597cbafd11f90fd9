/**
 * Renewals of certificates that nobody waits for any more: each leaves the next one behind, and so the first that is lost (its
 * task was destroyed by hand, or the domain came out of an older copy of the store) would be the last. Whoever looks makes
 * them anew: for domains that are renewed here, and for those of which a proof was left in DNS. A task that has failed
 * waits for somebody and counts for the renewal, but takes no proof away, so for that only one counts that still comes.
 */
import type { Id, IdSource } from '../base/ids.ts'
import type { Catalogue } from '../engine/catalogue.ts'
import type { TaskPage, TaskStatus } from '../engine/ports/task.ts'
import { automatic } from '../registry/objects/domain-work.ts'
import { KEYS } from '../registry/key-families.ts'
import { wantedCertificate } from '../services/acme/wanted.ts'
import type { Store, Tx } from '../store/store.ts'

const RENEWAL = 'AcmeRenewal'
const DOMAINS_AT_ONCE_MAX = 200
const TASKS_AT_ONCE_MAX = 1_000
const ONE: TaskPage = { order: { property: 'due', ascending: true }, limit: 1 }
const WAITING: readonly TaskStatus[] = ['Pending', 'Retry']
const ANY: readonly TaskStatus[] = [...WAITING, 'Failed']

export interface MissingRenewalsDeps {
  readonly store: Pick<Store, 'read' | 'transact' | 'now'>
  readonly catalogue: Catalogue
  readonly ids: IdSource
}

/** Resolves to the number of tasks that were made. */
export async function makeMissingRenewals(deps: MissingRenewalsDeps, signal: AbortSignal): Promise<number> {
  const { store } = deps
  let made = 0
  for (const { list, status } of [{ list: domains, status: ANY }, { list: provenDomains, status: WAITING }]) {
    const present = await domainsWithTask(store, status, signal)
    let after: string | undefined
    do {
      const from = after
      const { missing, last } = await store.read(async tx => {
        const part = await list(tx, from)
        return { missing: await lacking(tx, part.ids.filter(id => !present.has(id)), status), last: part.last }
      })
      for (const id of missing) {
        if (signal.aborted) return made
        made += await make(deps, id, status)
      }
      after = last
    } while (after !== undefined && !signal.aborted)
  }
  return made
}

/** Domains of the tasks of these states: a few queries for all, and who seems to have none is asked for again before one is made. */
async function domainsWithTask(store: MissingRenewalsDeps['store'], status: readonly TaskStatus[], signal: AbortSignal): Promise<ReadonlySet<Id>> {
  const found = new Set<Id>()
  let after: Id | undefined
  do {
    const from = after
    const page: TaskPage = {
      order: { property: 'createdAt', ascending: true }, limit: TASKS_AT_ONCE_MAX,
      ...from === undefined ? {} : { after: { value: 0, id: from } },
    }
    const tasks = await store.read(async ({ tasks: table }) => table.get(await table.query({ variants: [RENEWAL], status }, page)))
    for (const { payload } of tasks) found.add(String(payload['domainId']))
    after = tasks.length < TASKS_AT_ONCE_MAX ? undefined : tasks.at(-1)?.id
  } while (after !== undefined && !signal.aborted)
  return found
}

interface Part { readonly ids: readonly Id[]; readonly last: string | undefined }

async function domains({ objects }: Tx, after: string | undefined): Promise<Part> {
  const ids = await objects.query('Domain', { where: [], ascending: true, limit: DOMAINS_AT_ONCE_MAX, ...after === undefined ? {} : { afterId: after } })
  const found = await objects.get('Domain', ids)
  return { ids: found.filter(({ body }) => automatic(body['certificateManagement']) !== null).map(({ id }) => id), last: ids.at(-1) }
}

async function provenDomains({ keys }: Tx, after: string | undefined): Promise<Part> {
  const { prefix } = KEYS.acmeProof
  const found = await keys.list(prefix, DOMAINS_AT_ONCE_MAX, after)
  return { ids: found.map(({ key }) => key.slice(prefix.length)), last: found.at(-1)?.key }
}

async function lacking(tx: Tx, ids: readonly Id[], status: readonly TaskStatus[]): Promise<Id[]> {
  const some: Id[] = []
  for (const domainId of ids) if (await isMissing(tx, domainId, status)) some.push(domainId)
  return some
}

/** For a domain of which nothing is to be done a task would come and go at each look. */
async function isMissing(tx: Tx, domainId: Id, status: readonly TaskStatus[]): Promise<boolean> {
  if ((await tx.tasks.query({ variants: [RENEWAL], domainId, status }, ONE)).length > 0) return false
  return (await wantedCertificate(tx, domainId)).kind === 'wanted' || await tx.keys.get(KEYS.acmeProof.prefix + domainId) !== null
}

async function make({ store, catalogue, ids }: MissingRenewalsDeps, domainId: Id, status: readonly TaskStatus[]): Promise<number> {
  const now = await store.now()
  return store.transact(async tx => {
    if (!await isMissing(tx, domainId, status)) return 0
    await tx.tasks.insert([catalogue.row({ variant: RENEWAL, payload: { domainId } }, ids, now)])
    return 1
  })
}
