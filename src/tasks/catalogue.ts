/** Every task variant, in the order of the wire. Written by `npm run gen` from the files of this folder. */
import accountMaintenance from './account-maintenance.ts'
import acmeRenewal from './acme-renewal.ts'
import calendarAlarmEmail from './calendar-alarm-email.ts'
import calendarAlarmNotification from './calendar-alarm-notification.ts'
import calendarItipMessage from './calendar-itip-message.ts'
import destroyAccount from './destroy-account.ts'
import dkimManagement from './dkim-management.ts'
import dmarcReport from './dmarc-report.ts'
import dnsManagement from './dns-management.ts'
import indexDocument from './index-document.ts'
import indexTrace from './index-trace.ts'
import mergeThreads from './merge-threads.ts'
import restoreArchivedItem from './restore-archived-item.ts'
import spamFilterMaintenance from './spam-filter-maintenance.ts'
import storeMaintenance from './store-maintenance.ts'
import tenantMaintenance from './tenant-maintenance.ts'
import tlsReport from './tls-report.ts'
import unindexDocument from './unindex-document.ts'

export const VARIANTS = [
  indexDocument,
  unindexDocument,
  indexTrace,
  calendarAlarmEmail,
  calendarAlarmNotification,
  calendarItipMessage,
  mergeThreads,
  dmarcReport,
  tlsReport,
  restoreArchivedItem,
  destroyAccount,
  accountMaintenance,
  tenantMaintenance,
  storeMaintenance,
  spamFilterMaintenance,
  acmeRenewal,
  dkimManagement,
  dnsManagement,
] as const
