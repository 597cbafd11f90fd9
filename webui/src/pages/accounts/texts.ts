/** What the pages of accounts say, in both languages. */
import { pageTexts } from '../../texts/language.ts'

const en = {
  subtitle: 'Users and groups: what they store, what works on them, and how they leave and come back.',
  column: { address: 'Address', kind: 'Kind', description: 'Description', storage: 'Storage', tasks: 'Tasks', tenant: 'Tenant' },
  deleted: (n: string) => `Deleted accounts (${n})`,
  destroyText: (kept: string | null) => kept === null
    ? 'They can no longer log in and get no mail, at once. Their data is removed at once too: the settings keep nothing of deleted accounts.'
    : `They can no longer log in and get no mail, at once. Their data is kept for ${kept}; until then they can be recovered from the deleted accounts.`,
  destroyTitle: (address: string) => `Delete ${address}?`,
  destroyOne: (kept: string | null) => kept === null
    ? 'It can no longer log in and gets no mail, at once. Its data is removed at once too and cannot come back: the settings keep nothing of deleted accounts.'
    : `It can no longer log in and gets no mail, at once. Its data is kept for ${kept}; until then it can be recovered with everything but its API keys and console logins.`,
  destroyOwn: 'You are logged in with this account; nobody deletes his own.',
  retentionLink: 'How long deleted accounts are kept',
  storage: {
    title: 'Storage', bytes: 'Stored mail', messages: 'Messages, at most', noLimit: 'no limit', edit: 'Change the limits',
    over: 'It is full: senders are told to try again later. Raise the limit, or let its owner make room.',
    nearly: 'It is nearly full; then senders are told to try again later.', doubt: 'If the number is in doubt, count it again below.',
  },
  tasks: {
    title: 'Tasks', all: 'All of them', now: 'Now', none: 'There are no tasks about this account.', kind: 'Kind', state: 'State', when: 'When',
    history: 'Last runs', noHistory: 'There are no runs in the history.', allHistory: 'Its history', running: 'running since', due: 'due', failedAt: 'failed', took: 'Took',
  },
  maintenance: {
    title: 'Maintenance', start: 'Start', startOf: (what: string) => `Start: ${what}`, started: 'The task was created', forbidden: 'This login may not create maintenance tasks.',
    text: {
      purge: 'Removes what is over by the data retention: old mail in Trash and Junk, archived mail, records. It runs by itself every night; what it removes does not come back.',
      reindex: 'Makes every message findable again, in the background; the account can be used meanwhile.',
      recalculateQuota: 'Counts the stored mail anew and corrects the sum, beside mail that comes and goes.',
      recalculateImapUid: 'Gives every message a new number for IMAP; programs then download the mailboxes anew. Only for mailboxes whose numbers are broken.',
    } as Readonly<Record<string, string>>,
    ask: (what: string, address: string) => `${what}: ${address}?`,
  },
  members: { title: 'Members', none: 'Nobody is a member of this group. Members are named in their own accounts, under groups.' },
  more: { title: 'What belongs to it', archived: 'Archived items', keys: 'API keys', logins: 'Console logins', audit: 'Changes of it (audit log)' },
  departed: {
    title: 'Deleted account', back: 'To the accounts',
    waits: 'It was deleted. Its data is still here, and it can be recovered as it was.',
    removing: 'Its data is being removed; it cannot come back.', failed: 'The removal of its data has failed or was set aside, and waits for somebody.',
    goes: 'Its data goes', task: 'The task that removes it', reason: 'Why', progress: 'So far',
    recover: 'Recover', recoverTitle: (name: string) => `Recover ${name}?`, recovered: (name: string) => `${name} is back`,
    recoverText: 'It comes back with its address, aliases, password, quotas and mail. API keys and console logins have ended with it; make new ones. It is refused when another account has its address by now.',
    now: 'Remove its data now', nowTitle: (name: string) => `Remove the data of ${name} now?`, nowText: 'It cannot come back then.', nowDone: 'Its removal begins now',
    later: 'Change when it goes',
  },
  list: {
    title: 'Deleted accounts', subtitle: 'Accounts that were deleted and whose data is still here. Until the removal begins they can come back.',
    account: 'Account', kind: 'Kind', goes: 'Data goes', state: 'State', action: 'Recovery',
    states: { waits: 'can be recovered', removing: 'being removed', failed: 'removal has failed' },
    empty: 'No deleted account is waiting', emptyNext: 'Accounts that are deleted stand here until their data is removed. How long that is, the data retention says.',
  },
}

const de: typeof en = {
  subtitle: 'Benutzer und Gruppen: was sie speichern, was an ihnen arbeitet, wie sie gehen und wiederkommen.',
  column: { address: 'Adresse', kind: 'Art', description: 'Beschreibung', storage: 'Speicher', tasks: 'Aufgaben', tenant: 'Mandant' },
  deleted: n => `Gelöschte Konten (${n})`,
  destroyText: kept => kept === null
    ? 'Sie können sich sofort nicht mehr anmelden und bekommen keine Post. Auch ihre Daten werden sofort entfernt: nach den Einstellungen bleibt von gelöschten Konten nichts.'
    : `Sie können sich sofort nicht mehr anmelden und bekommen keine Post. Ihre Daten bleiben noch ${kept}; bis dahin lassen sie sich aus den gelöschten Konten wiederherstellen.`,
  destroyTitle: address => `${address} löschen?`,
  destroyOne: kept => kept === null
    ? 'Es kann sich sofort nicht mehr anmelden und bekommt keine Post. Auch seine Daten werden sofort entfernt und kommen nicht wieder: nach den Einstellungen bleibt von gelöschten Konten nichts.'
    : `Es kann sich sofort nicht mehr anmelden und bekommt keine Post. Seine Daten bleiben noch ${kept}; bis dahin lässt es sich mit allem wiederherstellen, außer API-Schlüsseln und Anmeldungen an der Konsole.`,
  destroyOwn: 'Mit diesem Konto sind Sie angemeldet; niemand löscht sein eigenes.',
  retentionLink: 'Wie lange gelöschte Konten bleiben',
  storage: {
    title: 'Speicher', bytes: 'Gespeicherte Post', messages: 'Nachrichten, höchstens', noLimit: 'keine Grenze', edit: 'Grenzen ändern',
    over: 'Es ist voll: Absender sollen es später wieder versuchen. Heben Sie die Grenze, oder lassen Sie den Besitzer Platz machen.',
    nearly: 'Es ist fast voll; dann sollen Absender es später wieder versuchen.', doubt: 'Scheint die Zahl falsch, lassen Sie unten neu zählen.',
  },
  tasks: {
    title: 'Aufgaben', all: 'Alle', now: 'Jetzt', none: 'Zu diesem Konto gibt es keine Aufgaben.', kind: 'Art', state: 'Zustand', when: 'Wann',
    history: 'Letzte Läufe', noHistory: 'Im Verlauf stehen keine Läufe.', allHistory: 'Sein Verlauf', running: 'läuft seit', due: 'fällig', failedAt: 'gescheitert', took: 'Dauer',
  },
  maintenance: {
    title: 'Wartung', start: 'Starten', startOf: what => `Starten: ${what}`, started: 'Die Aufgabe ist angelegt', forbidden: 'Dieser Zugang darf keine Wartungsaufgaben anlegen.',
    text: {
      purge: 'Entfernt, was nach der Datenaufbewahrung abgelaufen ist: alte Post in Papierkorb und Junk, archivierte Post, Aufzeichnungen. Läuft jede Nacht von selbst; was entfernt ist, kommt nicht wieder.',
      reindex: 'Macht jede Nachricht neu auffindbar, im Hintergrund; das Konto ist dabei benutzbar.',
      recalculateQuota: 'Zählt die gespeicherte Post neu und berichtigt die Summe, neben kommender und gehender Post.',
      recalculateImapUid: 'Gibt jeder Nachricht eine neue Nummer für IMAP; Programme laden die Postfächer dann neu. Nur für Postfächer, deren Nummern kaputt sind.',
    },
    ask: (what, address) => `${what}: ${address}?`,
  },
  members: { title: 'Mitglieder', none: 'Niemand ist Mitglied dieser Gruppe. Mitglieder werden in ihrem eigenen Konto genannt, unter Gruppen.' },
  more: { title: 'Was dazugehört', archived: 'Archiviertes', keys: 'API-Schlüssel', logins: 'Anmeldungen an der Konsole', audit: 'Änderungen daran (Protokoll)' },
  departed: {
    title: 'Gelöschtes Konto', back: 'Zu den Konten',
    waits: 'Es wurde gelöscht. Seine Daten sind noch da, und es lässt sich wiederherstellen, wie es war.',
    removing: 'Seine Daten werden gerade entfernt; es kommt nicht wieder.', failed: 'Das Entfernen seiner Daten ist gescheitert oder beiseitegelegt und wartet auf jemanden.',
    goes: 'Seine Daten gehen', task: 'Die Aufgabe, die es entfernt', reason: 'Warum', progress: 'Bisher',
    recover: 'Wiederherstellen', recoverTitle: name => `${name} wiederherstellen?`, recovered: name => `${name} ist wieder da`,
    recoverText: 'Es kommt mit Adresse, Aliassen, Passwort, Grenzen und Post zurück. API-Schlüssel und Anmeldungen an der Konsole endeten mit ihm; legen Sie neue an. Hat inzwischen ein anderes Konto die Adresse, wird es abgelehnt.',
    now: 'Daten jetzt entfernen', nowTitle: name => `Die Daten von ${name} jetzt entfernen?`, nowText: 'Dann kommt es nicht wieder.', nowDone: 'Das Entfernen beginnt jetzt',
    later: 'Ändern, wann sie gehen',
  },
  list: {
    title: 'Gelöschte Konten', subtitle: 'Konten, die gelöscht wurden und deren Daten noch da sind. Bis das Entfernen beginnt, können sie zurückkommen.',
    account: 'Konto', kind: 'Art', goes: 'Daten gehen', state: 'Zustand', action: 'Wiederherstellung',
    states: { waits: 'wiederherstellbar', removing: 'wird entfernt', failed: 'Entfernen gescheitert' },
    empty: 'Kein gelöschtes Konto wartet', emptyNext: 'Gelöschte Konten stehen hier, bis ihre Daten entfernt sind. Wie lange das dauert, sagt die Datenaufbewahrung.',
  },
}

export const useAccountTexts = pageTexts({ en, de })
