/** What the pages of tenants say, in both languages. */
import { pageTexts } from '../../texts/language.ts'

const en = {
  subtitle: 'Customers: accounts and domains that belong together, with limits for all of them.',
  column: { name: 'Tenant', storage: 'Storage', users: 'Users', groups: 'Groups', domains: 'Domains', created: 'Created' },
  limits: {
    title: 'Limits', what: 'What', used: 'Used', noLimit: 'no limit', edit: 'Change the limits', storage: 'Stored mail',
    full: 'At a limit nothing more of its kind is created, and mail is put off: senders try again later.',
  },
  maintenance: {
    title: 'Maintenance', count: 'Count used storage again', start: 'Start', started: 'The task was created',
    text: 'Adds up anew what its accounts store. When the sums of the accounts are in doubt as well, count those first, each on its page.',
    forbidden: 'This login may not create maintenance tasks.',
  },
  destroyText: 'A tenant that domains or accounts belong to is refused. This cannot be undone.',
}

const de: typeof en = {
  subtitle: 'Kunden: Konten und Domains, die zusammengehören, mit Grenzen für alle zusammen.',
  column: { name: 'Mandant', storage: 'Speicher', users: 'Benutzer', groups: 'Gruppen', domains: 'Domains', created: 'Angelegt' },
  limits: {
    title: 'Grenzen', what: 'Was', used: 'Belegt', noLimit: 'keine Grenze', edit: 'Grenzen ändern', storage: 'Gespeicherte Post',
    full: 'An einer Grenze wird nichts mehr dieser Art angelegt, und Post wird verschoben: Absender versuchen es später wieder.',
  },
  maintenance: {
    title: 'Wartung', count: 'Belegten Speicher neu zählen', start: 'Starten', started: 'Die Aufgabe ist angelegt',
    text: 'Zählt neu zusammen, was seine Konten speichern. Sind auch die Summen der Konten fraglich, zählen Sie diese zuerst, jedes auf seiner Seite.',
    forbidden: 'Dieser Zugang darf keine Wartungsaufgaben anlegen.',
  },
  destroyText: 'Ein Mandant, zu dem Domains oder Konten gehören, wird abgelehnt. Das lässt sich nicht rückgängig machen.',
}

export const useTenantTexts = pageTexts({ en, de })
