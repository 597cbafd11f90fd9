/** TlsReport: sends one aggregate report about TLS failures towards a domain to the address it asks for. */
import { objectId } from '../base/fields.ts'
import { define } from './define.ts'

export default define.planned({
  name: 'TlsReport',
  label: 'TLS report',
  doc: 'Sends a TLS aggregate report to the reporting address of the domain.',
  duty: 'taskQueueProcessing',
  lane: 'report',
  fields: {
    reportId: objectId('TlsInternalReport', 'The collected report.', { update: 'serverSet' }),
  },
  orderingKey: task => task.reportId,
  dedupeKey: task => task.reportId,
  creatable: { forbidden: 'Reports are queued by the server when a reporting period begins.' },
  notBuilt: 'Rota does not collect TLS results yet, so there are no reports to send.',
})
