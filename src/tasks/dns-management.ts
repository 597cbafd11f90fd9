/**
 * DnsManagement: brings the published DNS records of one domain up to date. No dedupe key: two tasks may ask for
 * different records, and the one that is taken in would lose its own. A repeat changes what is still missing
 * (services/domain-dns/README.md).
 */
import { DNS_RECORD_TYPE, PUBLISHED } from '../base/dns-record-type.ts'
import type { DnsRecordType } from '../base/dns-record-type.ts'
import { boolean, objectId, set, setMembers } from '../base/fields.ts'
import type { Outcome, RunContext, TaskDraft } from '../engine/task-variant.ts'
import { errorText } from '../errors.ts'
import type { DnsPublication, Publication } from '../services/domain-dns/dns-publication.ts'
import { define } from './define.ts'

export interface Deps { readonly dnsPublication: Pick<DnsPublication, 'publish'> }

const RENEWAL = 'AcmeRenewal'

export default define.task({
  name: 'DnsManagement',
  label: 'Update DNS records',
  doc: 'Publishes the DNS records of a domain.',
  duty: 'taskQueueProcessing',
  lane: 'domain',
  fields: {
    domainId: objectId('Domain', 'The domain whose records are published.', { update: 'immutable' }),
    updateRecords: set({ type: 'enum', enum: DNS_RECORD_TYPE }, 'The kinds of records to publish.'),
    onSuccessRenewCertificate: boolean('Renew the certificate of the domain afterwards.'),
  },
  orderingKey: task => task.domainId,
  creatable: true,
  refuse: kindsRefusal,
  limits: { runMsMax: 600_000, concurrencyPerNode: 4 },
  async run({ domainId, updateRecords, onSuccessRenewCertificate }, { deps, signal, checkpoint }: RunContext<Deps>) {
    const end = await deps.dnsPublication.publish(domainId, setMembers(updateRecords) as DnsRecordType[], signal, (done, total) => checkpoint({ done, total }))
    return outcomeOf(end, onSuccessRenewCertificate ? [{ variant: RENEWAL, payload: { domainId } }] : [])
  },
  classify: (error): Outcome => ({ kind: 'retry', why: errorText(error) }),
})

function outcomeOf(end: Publication, followUps: readonly TaskDraft[]): Outcome {
  switch (end.kind) {
    case 'gone': return { kind: 'done', note: 'the domain was destroyed' }
    case 'impossible': return { kind: 'fail', why: end.why }
    case 'failed': return { kind: end.permanent ? 'fail' : 'retry', why: end.why }
    case 'published': {
      const note = [`${end.changed} changed, ${end.unchanged} were right already`, ...end.left.map(left => `left out ${left}`)].join('; ')
      return { kind: 'done', note, ...followUps.length === 0 ? {} : { followUps } }
    }
  }
}

function kindsRefusal({ updateRecords }: { readonly updateRecords: Parameters<typeof setMembers>[0] }): string | null {
  const kinds = setMembers(updateRecords)
  if (kinds.some(kind => PUBLISHED.some(each => each === kind))) return null
  return `updateRecords must name at least one of ${PUBLISHED.join(', ')}: others are not published by this version.`
}
