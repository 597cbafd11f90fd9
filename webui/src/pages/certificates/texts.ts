/** What the pages of certificates say, in both languages. */
import { pageTexts } from '../../texts/language.ts'
import { counter } from '../../texts/plural.ts'

const enCount = counter('en')
const deCount = counter('de')

const en = {
  subtitle: 'What listeners show to clients that speak TLS: for which hosts, and for how long.',
  column: { names: 'Hosts', state: 'State', until: 'Ends', issuer: 'Issued by', place: 'Kept in' },
  state: {
    good: (days: number) => enCount(days, { one: 'valid for # day', other: 'valid for # days' }), soon: (days: number) => days === 0 ? 'ends today' : enCount(days, { one: 'ends in # day', other: 'ends in # days' }),
    over: () => 'is over', future: () => 'not valid yet',
  },
  place: { Text: 'the store', File: 'files on each node', EnvironmentVariable: 'the environment of each node' } as Readonly<Record<string, string>>,
  andMore: (n: number) => enCount(n, { one: 'and # more', other: 'and # more' }),
  destroyText: 'Clients that ask for its hosts get another certificate that names them, or the self-made one of the node, within seconds. This cannot be undone.',
  replace: 'Replace', replaceTitle: 'Replace the certificate',
  replaceText: 'Certificate and key are replaced together, and count within two seconds on every node; no connection is closed for it.',
  create: 'New certificate',
  createText: 'It counts for all listeners that speak TLS, on every node, for the hosts that it names. Which one a client gets is decided by the host that it asks for.',
  upload: {
    label: 'Read from PEM files', hint: 'Choose the chain and the key, in one file or two. They are read here and sent only when you save; the key is shown to nobody afterwards.',
    took: (certificate: boolean, key: boolean): string => certificate && key ? 'Certificate and key were taken from the files.' : certificate ? 'The certificate was taken; the files hold no key.' : key ? 'The key was taken; the files hold no certificate.' : 'The files hold neither a certificate nor a key in PEM.',
    tooLarge: 'A file is too large to be a certificate or a key.', unreadable: 'A file could not be read.',
  },
  summary: {
    title: 'State', hosts: 'For the hosts', from: 'Valid from', until: 'Valid until', issuer: 'Issued by', certificateIn: 'Certificate in', keyIn: 'Key in',
    good: 'It is valid.', soon: 'It ends soon: replace it, or renew its files, before clients refuse it.', over: 'It is over: clients refuse it. Replace it, or renew its files.', future: 'It is not valid yet.',
    stale: 'These dates are those of its last change. When its files were renewed since, save it once to read them anew.',
  },
  problems: { title: 'Nodes that cannot read it', text: 'They serve the certificate that they have read before, or their self-made one.', node: 'Node', problem: 'Why' },
  listeners: {
    title: 'Listeners that show it', text: 'Every listener that speaks TLS shows it to clients that ask for one of its hosts.', none: 'No listener speaks TLS.', implicit: 'TLS at once', starttls: 'STARTTLS', all: 'All listeners',
  },
  rivals: { title: 'Other certificates for the same hosts', text: 'Of several that are valid, clients get the one that ends last.', ends: 'ends' },
}

const de: typeof en = {
  subtitle: 'Was Listener denen zeigen, die TLS sprechen: für welche Hosts und wie lange.',
  column: { names: 'Hosts', state: 'Zustand', until: 'Endet', issuer: 'Ausgestellt von', place: 'Liegt in' },
  state: {
    good: days => deCount(days, { one: 'gilt noch # Tag', other: 'gilt noch # Tage' }), soon: days => days === 0 ? 'endet heute' : deCount(days, { one: 'endet in # Tag', other: 'endet in # Tagen' }),
    over: () => 'abgelaufen', future: () => 'gilt noch nicht',
  },
  place: { Text: 'Datenspeicher', File: 'Dateien auf jedem Knoten', EnvironmentVariable: 'Umgebung jedes Knotens' },
  andMore: n => deCount(n, { one: 'und # weiterer', other: 'und # weitere' }),
  destroyText: 'Wer nach seinen Hosts fragt, bekommt binnen Sekunden ein anderes Zertifikat, das sie nennt, oder das selbst gemachte des Knotens. Das lässt sich nicht rückgängig machen.',
  replace: 'Ersetzen', replaceTitle: 'Zertifikat ersetzen',
  replaceText: 'Zertifikat und Schlüssel werden zusammen ersetzt und gelten binnen zwei Sekunden auf jedem Knoten; keine Verbindung wird dafür geschlossen.',
  create: 'Neues Zertifikat',
  createText: 'Es gilt für alle Listener, die TLS sprechen, auf jedem Knoten, für die Hosts, die es nennt. Welches ein Client bekommt, entscheidet der Host, nach dem er fragt.',
  upload: {
    label: 'Aus PEM-Dateien lesen', hint: 'Wählen Sie Kette und Schlüssel, in einer Datei oder zweien. Sie werden hier gelesen und erst beim Speichern gesendet; den Schlüssel sieht danach niemand mehr.',
    took: (certificate, key) => certificate && key ? 'Zertifikat und Schlüssel sind aus den Dateien übernommen.' : certificate ? 'Das Zertifikat ist übernommen; die Dateien enthalten keinen Schlüssel.' : key ? 'Der Schlüssel ist übernommen; die Dateien enthalten kein Zertifikat.' : 'Die Dateien enthalten weder Zertifikat noch Schlüssel in PEM.',
    tooLarge: 'Eine Datei ist zu groß für ein Zertifikat oder einen Schlüssel.', unreadable: 'Eine Datei ließ sich nicht lesen.',
  },
  summary: {
    title: 'Zustand', hosts: 'Für die Hosts', from: 'Gilt ab', until: 'Gilt bis', issuer: 'Ausgestellt von', certificateIn: 'Zertifikat in', keyIn: 'Schlüssel in',
    good: 'Es gilt.', soon: 'Es endet bald: ersetzen Sie es, oder erneuern Sie seine Dateien, bevor Clients es ablehnen.', over: 'Es ist abgelaufen: Clients lehnen es ab. Ersetzen Sie es, oder erneuern Sie seine Dateien.', future: 'Es gilt noch nicht.',
    stale: 'Die Daten sind die seiner letzten Änderung. Wurden seine Dateien seither erneuert, speichern Sie es einmal, um sie neu zu lesen.',
  },
  problems: { title: 'Knoten, die es nicht lesen können', text: 'Sie bedienen mit dem Zertifikat, das sie vorher gelesen haben, oder mit ihrem selbst gemachten.', node: 'Knoten', problem: 'Warum' },
  listeners: {
    title: 'Listener, die es zeigen', text: 'Jeder Listener, der TLS spricht, zeigt es denen, die nach einem seiner Hosts fragen.', none: 'Kein Listener spricht TLS.', implicit: 'gleich TLS', starttls: 'STARTTLS', all: 'Alle Listener',
  },
  rivals: { title: 'Andere Zertifikate für dieselben Hosts', text: 'Von mehreren gültigen bekommen Clients das, das zuletzt endet.', ends: 'endet' },
}

export const useCertificateTexts = pageTexts({ en, de })
