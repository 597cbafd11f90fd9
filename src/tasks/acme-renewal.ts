/**
 * AcmeRenewal: obtains the next certificate of one domain before the present one ends, and leaves the next such task behind.
 * A run goes a step and comes back later instead of waiting, on whatever node then; an order that is under way goes on
 * (services/acme/README.md). At least once; a repeat finds the order that is open, or the certificate that is there.
 */
import { objectId } from '../base/fields.ts'
import type { Outcome, RunContext } from '../engine/task-variant.ts'
import { errorText } from '../errors.ts'
import type { CertificateRenewal, Renewal } from '../services/acme/renewal.ts'
import { define } from './define.ts'

export interface Deps { readonly certificateRenewal: Pick<CertificateRenewal, 'renew'> }

export default define.task({
  name: 'AcmeRenewal',
  label: 'Renew a certificate',
  doc: 'Obtains a new TLS certificate for a domain by ACME.',
  duty: 'taskQueueProcessing',
  lane: 'acme',
  fields: {
    domainId: objectId('Domain', 'The domain whose certificate is renewed.', { update: 'immutable' }),
  },
  orderingKey: task => task.domainId,
  dedupeKey: task => task.domainId,
  perpetual: true,
  creatable: true,
  limits: { runMsMax: 300_000, concurrencyPerNode: 8 },
  async run({ domainId }, { deps: { certificateRenewal }, signal }: RunContext<Deps>) {
    return outcomeOf(domainId, await certificateRenewal.renew(domainId, signal))
  },
  classify: (error): Outcome => ({ kind: 'retry', why: errorText(error) }),
})

function outcomeOf(domainId: string, renewal: Renewal): Outcome {
  const nextAt = (due: number) => [{ variant: 'AcmeRenewal', payload: { domainId }, due }]
  switch (renewal.kind) {
    case 'nothing': return { kind: 'done', note: `nothing to renew: ${renewal.why}` }
    case 'notDue': return { kind: 'done', note: renewal.why, followUps: nextAt(renewal.nextAt) }
    case 'stored': {
      const records = { variant: 'DnsManagement', payload: { domainId, updateRecords: { tlsa: true }, onSuccessRenewCertificate: false } }
      const followUps = [...nextAt(renewal.nextAt), ...renewal.publishesKeys ? [records] : []]
      return { kind: 'done', note: `renewed for ${renewal.names.join(', ')}`, followUps }
    }
    case 'waits': return { kind: 'snooze', forMs: renewal.forMs, why: renewal.why }
    case 'failed': {
      const { permanent, why, afterMs, attemptsMax } = renewal
      return permanent ? { kind: 'fail', why } : { kind: 'retry', why, attemptsMax, ...(afterMs === null ? {} : { afterMs }) }
    }
  }
}
