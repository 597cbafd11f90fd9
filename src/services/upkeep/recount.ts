/** What an account or a tenant stores, counted again beside everybody who changes it. README.md beside this file says how. */
import type { Id } from '../../base/ids.ts'
import type { EmailRecord, MailStore } from '../mailstore/mailstore.ts'
import { EMAIL } from '../mailstore/mailstore.ts'
import { TenantShares } from '../mailstore/tenant-shares.ts'
import type { DomainStore, Usage } from '../ports.ts'
import type { UpkeepTx } from './inventory.ts'

export type Amount = Pick<Usage, 'octets' | 'emails'>

const NOTHING: Amount = { octets: 0, emails: 0 }
/** Records are a few kB each. */
const EMAILS_AT_ONCE_MAX = 500
const ACCOUNTS_AT_ONCE_MAX = 1_000

export class Recount<Tx extends UpkeepTx = UpkeepTx> {
  readonly #store: DomainStore<Tx>
  readonly #mailStore: Pick<MailStore<Tx>, 'enter'>

  constructor({ store, mailStore }: { readonly store: DomainStore<Tx>; readonly mailStore: Pick<MailStore<Tx>, 'enter'> }) {
    this.#store = store
    this.#mailStore = mailStore
  }

  /** By how much the sum was wrong. `counted` is told how many messages were read, and may throw to stop. */
  async account(accountId: Id, counted: (emails: number) => Promise<void>): Promise<Amount> {
    const { wrong, seen } = await this.#store.read(async tx => {
      const known = (await tx.usage.get([accountId])).get(accountId) ?? NOTHING
      return { wrong: less(await stored(tx, accountId, counted), known), seen: await tx.usage.corrections(accountId) }
    })
    if (isNothing(wrong)) return wrong
    return this.#store.transact(async tx => {
      // A sum that is written beside the removal of the account would stay behind.
      if (!await this.#mailStore.enter(tx, accountId, EMAIL, 'share')) return NOTHING
      const corrected = await tx.usage.correct(accountId, wrong, seen)
      if (corrected === null) return NOTHING
      const shares = new TenantShares()
      if (corrected.tenantId !== null) shares.add(corrected.tenantId, wrong)
      await shares.settle(tx)
      return wrong
    })
  }

  /** The same for the sum of a tenant's accounts, as these are counted. */
  async tenant(tenantId: Id, counted: (accounts: number) => Promise<void>): Promise<Amount> {
    const { wrong, seen } = await this.#store.read(async tx => {
      let [sum, read, after] = [NOTHING, 0, ''] as [Amount, number, Id]
      for (;;) {
        const where = [{ field: 'memberTenantId', value: tenantId }]
        const ids = await tx.objects.query('Account', { where, ascending: true, limit: ACCOUNTS_AT_ONCE_MAX, ...(after === '' ? {} : { afterId: after }) })
        for (const usage of (await tx.usage.get(ids)).values()) if (usage.tenantId === tenantId) sum = plus(sum, usage)
        await counted(read += ids.length)
        if (ids.length < ACCOUNTS_AT_ONCE_MAX) break
        after = ids.at(-1) ?? ''
      }
      const wrong = less(sum, (await tx.usage.get([tenantId])).get(tenantId) ?? NOTHING)
      return { wrong, seen: await tx.usage.corrections(tenantId) }
    })
    if (isNothing(wrong)) return wrong
    return await this.#store.transact(tx => tx.usage.correct(tenantId, wrong, seen)) === null ? NOTHING : wrong
  }
}

async function stored<Tx extends UpkeepTx>({ documents }: Tx, accountId: Id, counted: (emails: number) => Promise<void>): Promise<Amount> {
  let [sum, after] = [NOTHING, ''] as [Amount, Id]
  for (;;) {
    const ids = await documents.list(accountId, EMAIL, EMAILS_AT_ONCE_MAX, ...(after === '' ? [] : [after]))
    for (const { body } of await documents.get(accountId, EMAIL, ids)) sum = plus(sum, { octets: (body as EmailRecord).size, emails: 1 })
    await counted(sum.emails)
    if (ids.length < EMAILS_AT_ONCE_MAX) return sum
    after = ids.at(-1) ?? ''
  }
}

const plus = (a: Amount, b: Amount): Amount => ({ octets: a.octets + b.octets, emails: a.emails + b.emails })
const less = (a: Amount, b: Amount): Amount => ({ octets: a.octets - b.octets, emails: a.emails - b.emails })
const isNothing = ({ octets, emails }: Amount): boolean => octets === 0 && emails === 0
