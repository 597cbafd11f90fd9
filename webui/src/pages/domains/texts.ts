/** What the pages of domains say, in both languages. */
import { pageTexts } from '../../texts/language.ts'

const en = {
  subtitle: 'Domains whose mail is taken here, with the accounts that have addresses in them.',
  column: { name: 'Domain', accounts: 'Accounts', state: 'State', tenant: 'Tenant', aliases: 'Also known as', tasks: 'Tasks', description: 'Description' },
  enabled: 'enabled', disabled: 'disabled',
  disabledText: 'It takes no mail, and its accounts cannot log in.',
  accounts: {
    title: 'Accounts', users: 'Users', groups: 'Groups',
    catchAll: 'What is sent to addresses that nobody has goes to', noCatchAll: 'What is sent to addresses that nobody has is refused.',
  },
  tasks: { title: 'Tasks', text: 'Tasks about this domain:' },
  destroyText: 'A domain in which accounts have addresses is refused. Deleted accounts of it cannot be recovered afterwards. This cannot be undone.',
}

const de: typeof en = {
  subtitle: 'Domains, deren Post hier ankommt, mit den Konten, die Adressen darin haben.',
  column: { name: 'Domain', accounts: 'Konten', state: 'Zustand', tenant: 'Mandant', aliases: 'Aliasnamen', tasks: 'Aufgaben', description: 'Beschreibung' },
  enabled: 'eingeschaltet', disabled: 'ausgeschaltet',
  disabledText: 'Sie nimmt keine Post an, und ihre Konten können sich nicht anmelden.',
  accounts: {
    title: 'Konten', users: 'Benutzer', groups: 'Gruppen',
    catchAll: 'Was an Adressen geht, die niemand hat, bekommt', noCatchAll: 'Was an Adressen geht, die niemand hat, wird abgelehnt.',
  },
  tasks: { title: 'Aufgaben', text: 'Aufgaben zu dieser Domain:' },
  destroyText: 'Eine Domain, in der Konten Adressen haben, wird abgelehnt. Gelöschte Konten darin sind danach nicht wiederherstellbar. Das lässt sich nicht rückgängig machen.',
}

export const useDomainTexts = pageTexts({ en, de })
