/** What the page of the data retention says; each thing with its label, what it is, and a sentence of what happens to it. */
import { pageTexts } from '../../texts/language.ts'
import type { KeptField, TimeField } from './keep.ts'

interface KeptText {
  readonly label: string
  readonly help: string
  /** Of a duration, or a count, in words. */
  readonly kept: (amount: string) => string
  readonly empty: string
}
interface RetentionTexts {
  readonly title: string
  readonly subtitle: string
  readonly groups: Readonly<Record<'deleted' | 'expunged' | 'records' | 'times', { readonly title: string; readonly help: string }>>
  readonly kept: Readonly<Record<KeptField, KeptText>>
  readonly times: Readonly<Record<TimeField, { readonly label: string; readonly help: string }>>
  readonly words: string
  readonly next: string
  readonly short: string
  readonly noWayBack: string
  readonly confirmTitle: string
  readonly confirmText: string
  readonly confirm: string
  readonly saved: string
  readonly readOnly: string
  readonly toSchedule: string
}

const en: RetentionTexts = {
  title: 'Data retention', subtitle: 'What is over is removed by itself: this says when. A change counts at once, also for what is there already. Empty keeps for ever, where nothing else is said.',
  groups: {
    deleted: { title: 'What people delete', help: 'For as long as it is kept it can be brought back, and takes room.' },
    expunged: { title: 'What goes by itself', help: 'In every account, at the time of the purge. With an archive above it can be brought back like what people delete.' },
    records: { title: 'Records of what happened', help: 'For looking back: what ran, who changed what, where mail came from.' },
    times: { title: 'When it is removed', help: 'Once for the whole cluster. The time zone of each, and a pause, are set with its schedule.' },
  },
  kept: {
    archiveDeletedItemsFor: { label: 'Keep deleted messages for', help: 'Messages that somebody has destroyed.', kept: time => `A deleted message can be brought back for ${time}.`, empty: 'A deleted message is gone at once: nobody can bring it back.' },
    archiveDeletedAccountsFor: { label: 'Keep deleted accounts for', help: 'Accounts with all of their data.', kept: time => `A deleted account can be brought back for ${time}.`, empty: 'A deleted account and its mail are gone at once: nobody can bring them back.' },
    expungeTrashAfter: { label: 'Empty Trash and Junk after', help: 'Counted from when a message came there.', kept: time => `Mail goes from Trash and Junk after ${time}.`, empty: 'Trash and Junk are never emptied.' },
    expungeSubmissionsAfter: { label: 'Forget finished submissions after', help: 'Lists of what was sent; the mail itself stays.', kept: time => `Submissions are listed for ${time}.`, empty: 'Submissions are listed for ever.' },
    expungeSchedulingInboxAfter: { label: 'Keep scheduling messages for', help: 'In the inbox of a calendar.', kept: time => `Scheduling messages stay for ${time}.`, empty: 'Scheduling messages stay for ever.' },
    expungeShareNotifyAfter: { label: 'Keep notices of shares for', help: 'That somebody has shared something.', kept: time => `Notices of shares stay for ${time}.`, empty: 'Notices of shares stay for ever.' },
    holdTaskRunsFor: { label: 'Keep the history of tasks for', help: 'Runs, their durations and outcomes.', kept: time => `What tasks did can be seen for ${time}.`, empty: 'What tasks did can be seen for ever.' },
    holdAuditFor: { label: 'Keep the audit log for', help: 'Who changed what, when and from where.', kept: time => `Who changed what is known for ${time}.`, empty: 'Who changed what is known for ever.' },
    holdTracesFor: { label: 'Keep traces of mail for', help: 'What became of each message that came in.', kept: time => `What became of a message is known for ${time}.`, empty: 'What became of a message is known for ever.' },
    holdMetricsFor: { label: 'Keep metrics for', help: 'The numbers behind the curves.', kept: time => `Curves reach back ${time}.`, empty: 'Curves reach back to the beginning.' },
    maxChangesHistory: { label: 'Changes that are remembered', help: 'For each kind of data of an account. A client that was away for more reads everything anew.', kept: count => `Clients catch up over ${count} changes.`, empty: 'All changes are remembered.' },
  },
  times: {
    expungeSchedule: { label: 'Purge accounts', help: 'Trash, Junk, submissions, notices, changes.' }, dataCleanupSchedule: { label: 'Clean up data', help: 'Expired rows, history, audit log, traces.' },
    blobCleanupSchedule: { label: 'Clean up contents', help: 'Contents that nothing links any more give their room back.' }, metricsCollectionInterval: { label: 'Measure metrics', help: 'A point of each curve.' },
  },
  words: 'In words', next: 'Next', short: 'Shorter than most people want.', noWayBack: 'No way back.',
  confirmTitle: 'Keep less than before?', confirmText: 'With the next run this goes for good, also what is there already:', confirm: 'Keep less', saved: 'Saved. It counts from the next run on.',
  readOnly: 'Your role may look at this, and not change it.', toSchedule: 'Its schedule',
}

const de: RetentionTexts = {
  title: 'Aufbewahrung', subtitle: 'Was vorbei ist, wird von selbst entfernt: hier steht, wann. Eine Änderung gilt sofort, auch für das, was schon da ist. Leer heißt für immer, wo nichts anderes steht.',
  groups: {
    deleted: { title: 'Was Menschen löschen', help: 'Solange es aufbewahrt wird, lässt es sich zurückholen und braucht Platz.' },
    expunged: { title: 'Was von selbst geht', help: 'In jedem Konto, zur Zeit des Bereinigens. Mit einem Archiv oben lässt es sich zurückholen wie das, was Menschen löschen.' },
    records: { title: 'Aufzeichnungen', help: 'Zum Zurückblicken: was lief, wer was geändert hat, woher Post kam.' },
    times: { title: 'Wann es entfernt wird', help: 'Einmal für den ganzen Cluster. Zeitzone und Pause stehen beim jeweiligen Zeitplan.' },
  },
  kept: {
    archiveDeletedItemsFor: { label: 'Gelöschte Nachrichten aufbewahren', help: 'Nachrichten, die jemand endgültig gelöscht hat.', kept: time => `Eine gelöschte Nachricht lässt sich ${time} lang zurückholen.`, empty: 'Eine gelöschte Nachricht ist sofort weg: niemand kann sie zurückholen.' },
    archiveDeletedAccountsFor: { label: 'Gelöschte Konten aufbewahren', help: 'Konten mit all ihren Daten.', kept: time => `Ein gelöschtes Konto lässt sich ${time} lang zurückholen.`, empty: 'Ein gelöschtes Konto und seine Post sind sofort weg: niemand kann sie zurückholen.' },
    expungeTrashAfter: { label: 'Papierkorb und Junk leeren nach', help: 'Gezählt von dem Tag, an dem eine Nachricht dorthin kam.', kept: time => `Post verlässt Papierkorb und Junk nach ${time}.`, empty: 'Papierkorb und Junk werden nie geleert.' },
    expungeSubmissionsAfter: { label: 'Fertige Sendungen vergessen nach', help: 'Listen dessen, was gesendet wurde; die Post selbst bleibt.', kept: time => `Sendungen sind ${time} lang aufgelistet.`, empty: 'Sendungen sind für immer aufgelistet.' },
    expungeSchedulingInboxAfter: { label: 'Terminnachrichten aufbewahren', help: 'Im Eingang eines Kalenders.', kept: time => `Terminnachrichten bleiben ${time}.`, empty: 'Terminnachrichten bleiben für immer.' },
    expungeShareNotifyAfter: { label: 'Hinweise auf Freigaben aufbewahren', help: 'Dass jemand etwas geteilt hat.', kept: time => `Hinweise auf Freigaben bleiben ${time}.`, empty: 'Hinweise auf Freigaben bleiben für immer.' },
    holdTaskRunsFor: { label: 'Verlauf der Aufgaben aufbewahren', help: 'Läufe, ihre Dauer und ihr Ergebnis.', kept: time => `Was Aufgaben taten, ist ${time} lang zu sehen.`, empty: 'Was Aufgaben taten, ist für immer zu sehen.' },
    holdAuditFor: { label: 'Änderungsprotokoll aufbewahren', help: 'Wer was wann und von wo geändert hat.', kept: time => `Wer was geändert hat, ist ${time} lang bekannt.`, empty: 'Wer was geändert hat, ist für immer bekannt.' },
    holdTracesFor: { label: 'Spuren von Post aufbewahren', help: 'Was aus jeder eingehenden Nachricht wurde.', kept: time => `Was aus einer Nachricht wurde, ist ${time} lang bekannt.`, empty: 'Was aus einer Nachricht wurde, ist für immer bekannt.' },
    holdMetricsFor: { label: 'Messwerte aufbewahren', help: 'Die Zahlen hinter den Kurven.', kept: time => `Kurven reichen ${time} zurück.`, empty: 'Kurven reichen bis zum Anfang zurück.' },
    maxChangesHistory: { label: 'Gemerkte Änderungen', help: 'Für jede Art von Daten eines Kontos. Ein Programm, das mehr verpasst hat, liest alles neu.', kept: count => `Programme holen bis zu ${count} Änderungen nach.`, empty: 'Alle Änderungen werden gemerkt.' },
  },
  times: {
    expungeSchedule: { label: 'Konten bereinigen', help: 'Papierkorb, Junk, Sendungen, Hinweise, Änderungen.' }, dataCleanupSchedule: { label: 'Daten aufräumen', help: 'Abgelaufene Zeilen, Verlauf, Protokoll, Spuren.' },
    blobCleanupSchedule: { label: 'Inhalte aufräumen', help: 'Inhalte ohne Verweis geben ihren Platz frei.' }, metricsCollectionInterval: { label: 'Messen', help: 'Ein Punkt jeder Kurve.' },
  },
  words: 'In Worten', next: 'Nächster Lauf', short: 'Kürzer, als die meisten wollen.', noWayBack: 'Kein Weg zurück.',
  confirmTitle: 'Weniger aufbewahren als bisher?', confirmText: 'Mit dem nächsten Lauf ist das endgültig weg, auch was schon da ist:', confirm: 'Weniger aufbewahren', saved: 'Gesichert. Es gilt ab dem nächsten Lauf.',
  readOnly: 'Ihre Rolle darf das ansehen, aber nicht ändern.', toSchedule: 'Sein Zeitplan',
}

export const useRetentionTexts = pageTexts<RetentionTexts>({ en, de })
