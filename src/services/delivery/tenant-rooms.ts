/** How much the tenants of one message's recipients may still store. Tenants without a limit do not appear here. */
import type { Id } from '../../base/ids.ts'
import { RotaError } from '../../errors.ts'
import type { MailRecipient, TenantLimit } from '../directory/directory.ts'
import type { DomainTx, Usage } from '../ports.ts'

export class TenantRooms {
  readonly #limits: ReadonlyMap<Id, number>
  readonly #left: Map<Id, number>

  private constructor(limits: ReadonlyMap<Id, number>, used: ReadonlyMap<Id, Usage>) {
    this.#limits = limits
    this.#left = new Map(Array.from(limits, ([id, limit]) => [id, limit - (used.get(id)?.octets ?? 0)]))
  }

  static async look({ usage }: DomainTx, recipients: Iterable<MailRecipient>): Promise<TenantRooms> {
    const limits = new Map([...recipients].flatMap(({ tenant }) => tenant ? [[tenant.tenantId, tenant.quotaBytes]] : []))
    return new TenantRooms(limits, limits.size === 0 ? new Map() : await usage.get([...limits.keys()]))
  }

  fits(tenant: TenantLimit | undefined, octets: number): boolean {
    return tenant === undefined || octets <= (this.#left.get(tenant.tenantId) ?? 0)
  }

  take(tenant: TenantLimit | undefined, octets: number): void {
    if (tenant) this.#left.set(tenant.tenantId, (this.#left.get(tenant.tenantId) ?? 0) - octets)
  }

  /** Throws store/conflict when others have added to a tenant what makes it too much with this message. */
  refuseOverfull(sums: ReadonlyMap<Id, Usage>): void {
    for (const [tenantId, { octets }] of sums) {
      const limit = this.#limits.get(tenantId)
      if (limit === undefined || octets <= limit) continue
      throw new RotaError('store/conflict', `others have filled the tenant ${tenantId} meanwhile`)
    }
  }
}
