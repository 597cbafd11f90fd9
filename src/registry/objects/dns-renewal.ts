/** What of a DnsManagement task can be asked for depends on another variant: a certificate is renewed only where that is built. */
import { refusal } from '../set-error.ts'
import type { TaskVariantDeclaration, VariantHooks } from './task.ts'

export function renewalHooks<Tx>(variants: readonly Pick<TaskVariantDeclaration, 'name' | 'notBuilt'>[]): VariantHooks<Tx> {
  const reason = variants.find(({ name }) => name === 'AcmeRenewal')?.notBuilt
  return {
    async derive(_tx, _id, next, before) {
      const isAsked = next['onSuccessRenewCertificate'] === true && before?.['onSuccessRenewCertificate'] !== true
      if (isAsked && reason !== undefined) {
        throw refusal('forbidden', `${reason} Leave onSuccessRenewCertificate out, or send false.`, ['onSuccessRenewCertificate'])
      }
      return { body: next, index: [] }
    },
  }
}
