/** The duties of a role in words. One that a newer server has keeps the name that its schema gives it. */
import { pageTexts } from './language.ts'

export interface DutyText { readonly name: string; readonly what: string; readonly without: string }

const en: Readonly<Record<string, DutyText>> = {
  storeMaintenance: {
    name: 'Store maintenance', what: 'Cleans up the store for the whole cluster: expired rows, contents nobody links, purges and counts of all accounts.',
    without: 'nothing that is over is removed, and the store only grows',
  },
  accountMaintenance: {
    name: 'Account maintenance', what: 'Works on single accounts and tenants: purge, index again, count storage again, remove deleted accounts.',
    without: 'Trash and Junk stay full, and deleted accounts keep their data',
  },
  metricsCalculate: {
    name: 'Calculate metrics', what: 'Measures the numbers of the whole cluster at fixed times: accounts, storage, tasks that wait.',
    without: 'the curves of the cluster stop',
  },
  metricsPush: { name: 'Push metrics', what: 'Sends measured numbers to another system.', without: 'other systems get no numbers' },
  pushNotifications: {
    name: 'Push notifications', what: 'Tells clients and calendars of accounts about what has changed.', without: 'clients hear of new mail only when they ask',
  },
  searchIndexing: {
    name: 'Search indexing', what: 'Takes new and changed mail into the search index, and out of it.', without: 'searches do not find new mail',
  },
  spamClassifierTraining: {
    name: 'Spam classifier training', what: 'Learns from what people move to Junk and out of it.', without: 'the spam filter learns nothing new',
  },
  outboundMta: { name: 'Outbound mail', what: 'Sends what waits in the queue of mail to other servers.', without: 'mail to other servers is not sent' },
  taskQueueProcessing: {
    name: 'General task queue', what: 'Everything else: calendar alarms and invitations, restored mail, threads, reports, certificates, DNS and DKIM.',
    without: 'alarms, invitations, restores and renewals of certificates wait',
  },
  taskScheduler: { name: 'Task scheduler', what: 'Makes the tasks of all schedules at their times; one node at a time.', without: 'no schedule runs' },
}

const de: Readonly<Record<string, DutyText>> = {
  storeMaintenance: {
    name: 'Speicherpflege', what: 'Räumt den Speicher des ganzen Clusters auf: abgelaufene Zeilen, Inhalte ohne Verweis, Bereinigen und Nachzählen aller Konten.',
    without: 'Abgelaufenes wird nicht entfernt, und der Speicher wächst nur noch',
  },
  accountMaintenance: {
    name: 'Kontenpflege', what: 'Arbeitet an einzelnen Konten und Mandanten: bereinigen, neu indexieren, Speicher nachzählen, gelöschte Konten entfernen.',
    without: 'Papierkorb und Junk bleiben voll, und gelöschte Konten behalten ihre Daten',
  },
  metricsCalculate: {
    name: 'Messwerte berechnen', what: 'Misst zu festen Zeiten die Zahlen des ganzen Clusters: Konten, Speicher, wartende Aufgaben.',
    without: 'die Kurven des Clusters bleiben stehen',
  },
  metricsPush: { name: 'Messwerte senden', what: 'Sendet gemessene Zahlen an ein anderes System.', without: 'andere Systeme bekommen keine Zahlen' },
  pushNotifications: {
    name: 'Benachrichtigungen', what: 'Sagt Programmen und Kalendern der Konten, was sich geändert hat.', without: 'Programme erfahren von neuer Post erst auf Nachfrage',
  },
  searchIndexing: {
    name: 'Suchindex', what: 'Nimmt neue und geänderte Post in den Suchindex auf und aus ihm heraus.', without: 'Suchen finden keine neue Post',
  },
  spamClassifierTraining: {
    name: 'Spamfilter trainieren', what: 'Lernt aus dem, was Menschen nach Junk und wieder heraus verschieben.', without: 'der Spamfilter lernt nichts dazu',
  },
  outboundMta: { name: 'Ausgehende Post', what: 'Sendet, was in der Warteschlange liegt, an andere Server.', without: 'Post an andere Server bleibt liegen' },
  taskQueueProcessing: {
    name: 'Allgemeine Aufgaben', what: 'Alles Übrige: Erinnerungen und Einladungen, Wiederherstellungen, Unterhaltungen, Berichte, Zertifikate, DNS und DKIM.',
    without: 'Erinnerungen, Einladungen, Wiederherstellungen und neue Zertifikate warten',
  },
  taskScheduler: { name: 'Zeitplaner', what: 'Erzeugt die Aufgaben aller Zeitpläne zu ihrer Zeit; immer nur auf einem Knoten.', without: 'kein Zeitplan läuft' },
}

export const useDutyTexts = pageTexts<Readonly<Record<string, DutyText>>>({ en, de })
