/** What the pages of API keys say. */
import { pageTexts } from '../../texts/language.ts'
import { counter } from '../../texts/plural.ts'

const en = counter('en')
const de = counter('de')

export const useKeyTexts = pageTexts({
  en: {
    title: 'API keys', subtitle: 'With a key a program logs in as an account: one key for each program, so that each can do only what it needs and be turned off alone.',
    what: 'For', account: 'Account', may: 'May do', works: 'Works until', from: 'From', used: 'Last used', create: 'New key', back: 'All keys', gone: 'There is no such key.', 
    inherit: 'all that the account may', disable: (n: number) => en(n, { one: 'all but # permission', other: 'all but # permissions' }), replace: (n: number) => en(n, { one: 'only # permission', other: 'only # permissions' }),
    forEver: 'revoked', expired: 'Expired', anywhere: 'everywhere', networks: (n: number) => en(n, { one: '# network', other: '# networks' }), neverUsed: 'never, or not for a year', created: 'Made',
    empty: 'There are no keys', emptyNext: 'Make one for each program that speaks with this server: the monitor, the backup, the script.',
    newTitle: 'New API key', newSubtitle: 'The server makes the key and shows it once, after it is made.', edit: (name: string) => `Key for ${name}`, editSubtitle: 'Changes count at the next request; the program keeps its key.',
    program: 'What for', rights: 'What it may do', rightsHelp: 'Never more than its account. Name only what the program needs: a key that was lost opens no more than that.', limits: 'When and where it works',
    limitsHelp: 'A key that ends by itself is forgotten by nobody. Behind a proxy the address that counts is that of the proxy.', days: (n: number) => en(n, { one: 'in # day', other: 'in # days' }), never: 'never', ends: 'Ends',
    warnInherit: 'This key may do everything that its account may.', warnNoEnd: 'This key works until somebody revokes it.',
    shownTitle: 'Copy the key now', shownText: 'It is shown this once. The server keeps only a hash of it; who loses it makes a new one.', key: 'Key', use: 'Send it in the header of each request:', header: 'Authorization: Bearer …', copied: 'I have copied it',
    revoke: 'Revoke', revokeTitle: (name: string) => `Revoke the key for ${name}?`, revokeText: 'From the next request on it is refused, on every node. That cannot be undone: give the program another key first.',
    revokeUsed: (when: string) => `It was last used ${when}: a program stops working with it.`, revoked: (name: string) => `The key for ${name} is revoked`, saved: 'Saved. It counts at the next request.', readOnly: 'You may look at this key, and not change it.',
    replaceHint: 'To replace a key, make a second one, give it to the program, and revoke this one then.',
  },
  de: {
    title: 'API-Schlüssel', subtitle: 'Mit einem Schlüssel meldet sich ein Programm als Konto an: einer für jedes Programm, damit jedes nur kann, was es braucht, und einzeln abgeschaltet werden kann.',
    what: 'Für', account: 'Konto', may: 'Darf', works: 'Gilt, bis', from: 'Von', used: 'Zuletzt benutzt', create: 'Neuer Schlüssel', back: 'Alle Schlüssel', gone: 'Diesen Schlüssel gibt es nicht.', 
    inherit: 'alles, was das Konto darf', disable: (n: number) => de(n, { one: 'alles außer # Recht', other: 'alles außer # Rechten' }), replace: (n: number) => de(n, { one: 'nur # Recht', other: 'nur # Rechte' }),
    forEver: 'er widerrufen wird', expired: 'Abgelaufen', anywhere: 'überall', networks: (n: number) => de(n, { one: '# Netz', other: '# Netzen' }), neverUsed: 'nie, oder seit einem Jahr nicht', created: 'Angelegt',
    empty: 'Es gibt keine Schlüssel', emptyNext: 'Legen Sie für jedes Programm einen an, das mit diesem Server spricht: Überwachung, Sicherung, Skript.',
    newTitle: 'Neuer API-Schlüssel', newSubtitle: 'Der Server macht den Schlüssel und zeigt ihn ein einziges Mal, gleich danach.', edit: (name: string) => `Schlüssel für ${name}`, editSubtitle: 'Änderungen gelten bei der nächsten Anfrage; das Programm behält seinen Schlüssel.',
    program: 'Wofür', rights: 'Was er darf', rightsHelp: 'Nie mehr als sein Konto. Nennen Sie nur, was das Programm braucht: ein verlorener Schlüssel öffnet nicht mehr als das.', limits: 'Wann und wo er gilt',
    limitsHelp: 'Ein Schlüssel, der von selbst endet, wird nicht vergessen. Hinter einem Proxy zählt dessen Adresse.', days: (n: number) => de(n, { one: 'in # Tag', other: 'in # Tagen' }), never: 'nie', ends: 'Endet',
    warnInherit: 'Dieser Schlüssel darf alles, was sein Konto darf.', warnNoEnd: 'Dieser Schlüssel gilt, bis ihn jemand widerruft.',
    shownTitle: 'Kopieren Sie den Schlüssel jetzt', shownText: 'Er wird nur dieses eine Mal gezeigt. Der Server behält nur einen Prüfwert; wer ihn verliert, macht einen neuen.', key: 'Schlüssel', use: 'Senden Sie ihn im Kopf jeder Anfrage:', header: 'Authorization: Bearer …', copied: 'Ich habe ihn kopiert',
    revoke: 'Widerrufen', revokeTitle: (name: string) => `Den Schlüssel für ${name} widerrufen?`, revokeText: 'Ab der nächsten Anfrage wird er abgewiesen, auf jedem Knoten. Das lässt sich nicht zurücknehmen: geben Sie dem Programm zuerst einen anderen.',
    revokeUsed: (when: string) => `Er wurde zuletzt ${when} benutzt: ein Programm geht dann nicht mehr.`, revoked: (name: string) => `Der Schlüssel für ${name} ist widerrufen`, saved: 'Gesichert. Es gilt bei der nächsten Anfrage.', readOnly: 'Sie dürfen diesen Schlüssel ansehen, aber nicht ändern.',
    replaceHint: 'Um einen Schlüssel zu ersetzen, legen Sie einen zweiten an, geben ihn dem Programm und widerrufen dann diesen.',
  },
})
