/** DmarcReport: sends one aggregate report about a domain's authentication results to the address it asks for. */
import { objectId } from '../base/fields.ts'
import { define } from './define.ts'

export default define.planned({
  name: 'DmarcReport',
  label: 'DMARC report',
  doc: 'Sends a DMARC aggregate report to the reporting address of the domain.',
  duty: 'taskQueueProcessing',
  lane: 'report',
  fields: {
    reportId: objectId('DmarcInternalReport', 'The collected report.', { update: 'serverSet' }),
  },
  orderingKey: task => task.reportId,
  dedupeKey: task => task.reportId,
  creatable: { forbidden: 'Reports are queued by the server when a reporting period begins.' },
  notBuilt: 'Rota does not collect DMARC results yet, so there are no reports to send.',
})
