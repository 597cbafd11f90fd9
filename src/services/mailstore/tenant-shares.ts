/**
 * What one transaction adds to the sums of tenants. They are added to at its very end, each once and in order: all accounts of
 * a tenant share the row of its sum, so whoever has it makes the others wait, and only its commit is left to wait for.
 */
import type { Id } from '../../base/ids.ts'
import type { DomainTx, Usage } from '../ports.ts'

type Amount = Pick<Usage, 'octets' | 'emails'>

export class TenantShares {
  readonly #amounts = new Map<Id, Amount>()

  add(tenantId: Id, { octets, emails }: Amount): void {
    const before = this.#amounts.get(tenantId) ?? { octets: 0, emails: 0 }
    this.#amounts.set(tenantId, { octets: before.octets + octets, emails: before.emails + emails })
  }

  /** Returns the sums of the tenants with what was added. */
  async settle({ usage }: DomainTx): Promise<ReadonlyMap<Id, Usage>> {
    const sums = new Map<Id, Usage>()
    for (const [tenantId, amount] of [...this.#amounts].toSorted(([left], [right]) => left < right ? -1 : 1)) {
      sums.set(tenantId, await usage.add(tenantId, amount))
    }
    this.#amounts.clear()
    return sums
  }
}
