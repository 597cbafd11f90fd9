/** What the pages of archived items say, in both languages. */
import { pageTexts } from '../../texts/language.ts'
import { counter } from '../../texts/plural.ts'

const enCount = counter('en')
const deCount = counter('de')
const items = (n: number) => enCount(n, { one: '# item', other: '# items' })
const deItems = (n: number) => deCount(n, { one: '# Eintrag', other: '# Einträge' })

const en = {
  subtitle: 'Mail that users have deleted and that can come back for a while.',
  column: { what: 'What', from: 'From', account: 'Account', archived: 'Deleted', until: 'Kept until', status: 'State', kind: 'Kind' },
  nameless: '(without a subject)',
  status: { archived: 'archived', requestRestore: 'asked back', failed: 'could not be restored' },
  keeping: { link: 'How long mail is kept', next: 'Mail that users delete stands here while it is kept. How long that is, the data retention says; without a time there nothing is kept.' },
  restore: {
    action: 'Restore', selected: (n: number) => `Restore ${items(n)}`, all: (n: number) => `Restore all ${enCount(n, { one: '#', other: '#' })} that match`,
    title: (n: number) => `Restore ${items(n)}?`, text: 'They go back into the mailboxes that they were in, or into the inbox, and count towards the storage of their accounts again.',
    tooMany: (max: number) => `At most ${items(max)} can be asked back in one step; narrow the filters.`, collecting: (n: number) => `${items(n)} found so far…`,
    asked: (n: number) => `${items(n)} asked back`, refused: (n: number) => enCount(n, { one: '# was refused', other: '# were refused' }),
  },
  progress: {
    title: 'What became of it', back: (n: number) => `${enCount(n, { one: '# is', other: '# are' })} back`, waiting: (n: number) => `${enCount(n, { one: '# waits', other: '# wait' })}`,
    withdrawn: (n: number) => `${enCount(n, { one: '# was', other: '# were' })} withdrawn`, failed: (n: number) => `${enCount(n, { one: '# has', other: '# have' })} failed`,
    tasks: 'The tasks that restore', close: 'Close', noReason: 'no reason was given',
  },
  underway: { waiting: (n: number) => enCount(n, { one: '# restore is under way', other: '# restores are under way' }), failed: (n: number) => enCount(n, { one: '# restore has failed', other: '# restores have failed' }) },
  keep: {
    action: 'Keep longer', selected: (n: number) => `Keep ${items(n)} longer`, title: (n: number) => `Until when are ${items(n)} kept?`, label: 'Kept until',
    text: 'A later time than now counts; what is kept counts towards no quota, but takes room in the store.', done: (n: number) => `${items(n)} kept longer`,
    missing: 'Choose a day and a time.', past: 'Choose a time to come.',
  },
  destroy: { selected: (n: number) => `Delete ${items(n)} for good`, title: (n: number) => `Delete ${items(n)} for good?`, text: 'They cannot be restored afterwards.', done: (n: number) => `${items(n)} deleted for good` },
  some: (done: string, refused: string) => `${done}, ${refused}`,
  detail: {
    title: 'Restoring it', archived: 'It is archived and can be restored.', waits: 'It was asked back; its task waits for its turn.', runs: 'It is being restored.',
    again: 'It could not be restored yet and is tried again by itself.', failed: 'It could not be restored. Mend the cause, then try again.',
    noTask: 'It was asked back; the task is about to begin.', reason: 'Why', task: 'Its task', retry: 'Try again', withdraw: 'Take the request back', retried: 'It is tried again', withdrawn: 'It stays archived',
    goneTitle: 'It is not archived any more', gone: 'It was restored, its time was over, or somebody deleted it for good.', runsLink: 'Restores in the history', back: 'To the archived items',
    onlyMail: 'Only mail can be restored by this version.',
  },
}

const de: typeof en = {
  subtitle: 'Post, die Benutzer gelöscht haben und die noch eine Weile zurückkommen kann.',
  column: { what: 'Was', from: 'Von', account: 'Konto', archived: 'Gelöscht', until: 'Bleibt bis', status: 'Zustand', kind: 'Art' },
  nameless: '(ohne Betreff)',
  status: { archived: 'archiviert', requestRestore: 'zurückverlangt', failed: 'nicht wiederherstellbar' },
  keeping: { link: 'Wie lange Post bleibt', next: 'Post, die Benutzer löschen, steht hier, solange sie aufgehoben wird. Wie lange, sagt die Datenaufbewahrung; ohne eine Zeit dort wird nichts aufgehoben.' },
  restore: {
    action: 'Wiederherstellen', selected: n => `${deItems(n)} wiederherstellen`, all: n => `Alle ${deCount(n, { one: '#', other: '#' })} passenden wiederherstellen`,
    title: n => `${deItems(n)} wiederherstellen?`, text: 'Sie gehen in die Postfächer zurück, in denen sie waren, oder in den Posteingang, und zählen wieder zum Speicher ihrer Konten.',
    tooMany: max => `In einem Schritt lassen sich höchstens ${deItems(max)} zurückverlangen; grenzen Sie die Filter ein.`, collecting: n => `Bisher ${deItems(n)} gefunden …`,
    asked: n => `${deItems(n)} zurückverlangt`, refused: n => deCount(n, { one: '# wurde abgelehnt', other: '# wurden abgelehnt' }),
  },
  progress: {
    title: 'Was daraus wurde', back: n => `${deCount(n, { one: '# ist', other: '# sind' })} zurück`, waiting: n => deCount(n, { one: '# wartet', other: '# warten' }),
    withdrawn: n => `${deCount(n, { one: '# wurde', other: '# wurden' })} zurückgenommen`, failed: n => `${deCount(n, { one: '# ist', other: '# sind' })} gescheitert`,
    tasks: 'Die Aufgaben, die wiederherstellen', close: 'Schließen', noReason: 'ohne Angabe eines Grundes',
  },
  underway: { waiting: n => deCount(n, { one: '# Wiederherstellung ist unterwegs', other: '# Wiederherstellungen sind unterwegs' }), failed: n => deCount(n, { one: '# Wiederherstellung ist gescheitert', other: '# Wiederherstellungen sind gescheitert' }) },
  keep: {
    action: 'Länger aufheben', selected: n => `${deItems(n)} länger aufheben`, title: n => `Bis wann ${n === 1 ? 'bleibt' : 'bleiben'} ${deItems(n)}?`, label: 'Bleibt bis',
    text: 'Es zählt ein späterer Zeitpunkt als jetzt; was bleibt, zählt zu keiner Grenze, braucht aber Platz im Speicher.', done: n => `${deItems(n)} länger aufgehoben`,
    missing: 'Wählen Sie Tag und Uhrzeit.', past: 'Wählen Sie einen Zeitpunkt, der noch kommt.',
  },
  destroy: { selected: n => `${deItems(n)} endgültig löschen`, title: n => `${deItems(n)} endgültig löschen?`, text: 'Danach lassen sie sich nicht wiederherstellen.', done: n => `${deItems(n)} endgültig gelöscht` },
  some: (done, refused) => `${done}, ${refused}`,
  detail: {
    title: 'Wiederherstellen', archived: 'Es ist archiviert und lässt sich wiederherstellen.', waits: 'Es wurde zurückverlangt; die Aufgabe wartet, bis sie dran ist.', runs: 'Es wird gerade wiederhergestellt.',
    again: 'Es ließ sich noch nicht wiederherstellen und wird von selbst wieder versucht.', failed: 'Es ließ sich nicht wiederherstellen. Beheben Sie die Ursache, und versuchen Sie es wieder.',
    noTask: 'Es wurde zurückverlangt; die Aufgabe beginnt gleich.', reason: 'Warum', task: 'Die Aufgabe', retry: 'Noch einmal versuchen', withdraw: 'Zurücknehmen', retried: 'Es wird wieder versucht', withdrawn: 'Es bleibt archiviert',
    goneTitle: 'Es ist nicht mehr archiviert', gone: 'Es wurde wiederhergestellt, seine Zeit war um, oder jemand hat es endgültig gelöscht.', runsLink: 'Wiederherstellungen im Verlauf', back: 'Zum Archivierten',
    onlyMail: 'Diese Version stellt nur Post wieder her.',
  },
}

export const useArchivedTexts = pageTexts({ en, de })
