/** What the pages of roles say. */
import { pageTexts } from '../../texts/language.ts'
import { counter } from '../../texts/plural.ts'

const en = counter('en')
const de = counter('de')

export const useRoleTexts = pageTexts({
  en: {
    title: 'Roles', subtitle: 'Which background work and which listeners a node has. A node takes a role by its name, with STALWART_ROLE; without one it does everything.',
    name: 'Name', description: 'Description', duties: 'Duties', listeners: 'Listeners', nodes: 'Nodes', noNodes: 'no node now', create: 'New role',
    all: 'all', none: 'none', some: (n: number, of: number) => `${n} of ${of}`,
    empty: 'There are no roles', emptyNext: 'Every node does everything, and that is fine for most. Make a role when a node should only talk to clients, or only work in the background.',
    withoutRole: (names: string) => `Without a role, so with everything: ${names}`, unknownRole: (role: string, names: string) => `${names} was started with the role ${role}, which does not exist, and does nothing.`, makeIt: 'Make it',
    edit: (name: string) => `Role ${name}`, editSubtitle: 'A change counts on every node that has the role, at once.',
    newTitle: 'New role', newSubtitle: (name: string) => `It has an effect when a node is started with STALWART_ROLE=${name}.`, newSubtitleUnnamed: 'It has an effect when a node is started with STALWART_ROLE and its name.',
    about: 'Role', dutiesTitle: 'Background work', listenersTitle: 'Listeners', back: 'All roles', gone: 'There is no role of this name.', readOnly: 'Your role may look at this, and not change it.',
    dutyChoices: {
      EnableAll: { name: 'All duties', help: 'Also those that a newer version brings.' }, DisableAll: { name: 'No duties', help: 'The node only talks to clients.' },
      EnableSome: { name: 'Only these', help: 'What a newer version brings is not done.' }, DisableSome: { name: 'All but some', help: 'What a newer version brings is done.' },
    },
    listenerChoices: {
      EnableAll: { name: 'All listeners', help: 'Also those that are made later.' }, DisableAll: { name: 'No listeners', help: 'The node only works in the background.' },
      EnableSome: { name: 'Only these', help: 'Those that are made later stay closed there.' }, DisableSome: { name: 'All but some', help: 'Those that are made later are opened there.' },
    },
    tickDuties: 'What nodes with this role do', tickListeners: 'What nodes with this role open', noListeners: 'There are no listeners.',
    others: (n: number) => en(n, { one: '# other node has it.', other: '# other nodes have it.' }), nobodyElse: 'No other node has it.', withoutIt: (text: string) => `No other node has it: without it ${text}.`,
    nowTitle: 'Who uses it now', usedBy: (n: number) => en(n, { one: '# node has this role', other: '# nodes have this role' }), unused: 'No live node has this role: a change moves nothing now.',
    noChange: 'Change something to see here what moves.', quiet: 'Nothing moves: no live node works or listens differently.',
    starts: 'begins', ends: 'stops', opens: 'opens', closes: 'closes', moves: (n: number) => en(n, { one: '# bucket moves', other: '# buckets move' }),
    move: (n: number, from: string, to: string) => `${n}: ${from} → ${to}`, nobody: 'nobody', 
    uncovered: (lanes: string) => `Nobody will work ${lanes}. Those tasks wait, and none is lost, until a node has the duty again.`,
    newFindings: 'What the cluster will report then',
    here: 'The console is served by a listener that closes with this. Have another address at hand.',
    confirmTitle: 'Save, and leave work without a node?', confirm: 'Save all the same', confirmText: 'The change counts at once. You can change it back here.',
    confirmHere: 'Save, and close the listener of this console?',
    saved: (name: string) => `Role ${name} saved`, made: (name: string) => `Role ${name} made`,
    happening: 'What happens now', done: 'All of it has happened.', progress: (done: number, of: number) => `${done} of ${of} buckets have moved`, waitListeners: (names: string) => `Waiting for ${names}.`, toCluster: 'See it in the picture',
    remove: 'Delete', removeTitle: (name: string) => `Delete the role ${name}?`, removeUnused: 'No live node has it. Nodes that are started with its name do nothing until it is there again.',
    removeUsed: (names: string) => `${names} will do nothing at all: no duty, no listener. Start these nodes with another role first.`, removed: (name: string) => `Role ${name} deleted`,
  },
  de: {
    title: 'Rollen', subtitle: 'Welche Hintergrundarbeit und welche Listener ein Knoten hat. Ein Knoten nimmt eine Rolle beim Namen, mit STALWART_ROLE; ohne Rolle tut er alles.',
    name: 'Name', description: 'Beschreibung', duties: 'Dienste', listeners: 'Listener', nodes: 'Knoten', noNodes: 'gerade kein Knoten', create: 'Neue Rolle',
    all: 'alle', none: 'keine', some: (n: number, of: number) => `${n} von ${of}`,
    empty: 'Es gibt keine Rollen', emptyNext: 'Jeder Knoten tut alles, und das genügt meistens. Legen Sie eine Rolle an, wenn ein Knoten nur mit Programmen sprechen oder nur im Hintergrund arbeiten soll.',
    withoutRole: (names: string) => `Ohne Rolle, also mit allem: ${names}`, unknownRole: (role: string, names: string) => `${names} wurde mit der Rolle ${role} gestartet, die es nicht gibt, und tut nichts.`, makeIt: 'Anlegen',
    edit: (name: string) => `Rolle ${name}`, editSubtitle: 'Eine Änderung gilt sofort auf jedem Knoten mit dieser Rolle.',
    newTitle: 'Neue Rolle', newSubtitle: (name: string) => `Sie wirkt, wenn ein Knoten mit STALWART_ROLE=${name} gestartet wird.`, newSubtitleUnnamed: 'Sie wirkt, wenn ein Knoten mit STALWART_ROLE und ihrem Namen gestartet wird.',
    about: 'Rolle', dutiesTitle: 'Hintergrundarbeit', listenersTitle: 'Listener', back: 'Alle Rollen', gone: 'Es gibt keine Rolle dieses Namens.', readOnly: 'Ihre Rolle darf das ansehen, aber nicht ändern.',
    dutyChoices: {
      EnableAll: { name: 'Alle Dienste', help: 'Auch die, die eine neuere Version bringt.' }, DisableAll: { name: 'Keine Dienste', help: 'Der Knoten spricht nur mit Programmen.' },
      EnableSome: { name: 'Nur diese', help: 'Was eine neuere Version bringt, wird nicht getan.' }, DisableSome: { name: 'Alle außer einigen', help: 'Was eine neuere Version bringt, wird getan.' },
    },
    listenerChoices: {
      EnableAll: { name: 'Alle Listener', help: 'Auch die, die später angelegt werden.' }, DisableAll: { name: 'Keine Listener', help: 'Der Knoten arbeitet nur im Hintergrund.' },
      EnableSome: { name: 'Nur diese', help: 'Später angelegte bleiben dort zu.' }, DisableSome: { name: 'Alle außer einigen', help: 'Später angelegte werden dort geöffnet.' },
    },
    tickDuties: 'Was Knoten mit dieser Rolle tun', tickListeners: 'Was Knoten mit dieser Rolle öffnen', noListeners: 'Es gibt keine Listener.',
    others: (n: number) => de(n, { one: '# anderer Knoten hat ihn.', other: '# andere Knoten haben ihn.' }), nobodyElse: 'Kein anderer Knoten hat ihn.', withoutIt: (text: string) => `Kein anderer Knoten hat ihn. Fehlt er, dann gilt: ${text}.`,
    nowTitle: 'Wer sie jetzt benutzt', usedBy: (n: number) => de(n, { one: '# Knoten hat diese Rolle', other: '# Knoten haben diese Rolle' }), unused: 'Kein lebender Knoten hat diese Rolle: eine Änderung bewegt jetzt nichts.',
    noChange: 'Ändern Sie etwas, um hier zu sehen, was wandert.', quiet: 'Nichts wandert: kein lebender Knoten arbeitet oder lauscht anders.',
    starts: 'beginnt', ends: 'hört auf', opens: 'öffnet', closes: 'schließt', moves: (n: number) => de(n, { one: '# Fach wandert', other: '# Fächer wandern' }),
    move: (n: number, from: string, to: string) => `${n}: ${from} → ${to}`, nobody: 'niemand', 
    uncovered: (lanes: string) => `Niemand wird ${lanes} bearbeiten. Diese Aufgaben warten, keine geht verloren, bis wieder ein Knoten den Dienst hat.`,
    newFindings: 'Was der Cluster dann meldet',
    here: 'Die Konsole kommt über einen Listener, der damit schließt. Halten Sie eine andere Adresse bereit.',
    confirmTitle: 'Sichern und Arbeit ohne Knoten lassen?', confirm: 'Trotzdem sichern', confirmText: 'Die Änderung gilt sofort. Sie können sie hier zurücknehmen.',
    confirmHere: 'Sichern und den Listener dieser Konsole schließen?',
    saved: (name: string) => `Rolle ${name} gesichert`, made: (name: string) => `Rolle ${name} angelegt`,
    happening: 'Was jetzt geschieht', done: 'Alles ist geschehen.', progress: (done: number, of: number) => `${done} von ${of} Fächern sind gewandert`, waitListeners: (names: string) => `Es fehlen noch ${names}.`, toCluster: 'Im Bild ansehen',
    remove: 'Löschen', removeTitle: (name: string) => `Rolle ${name} löschen?`, removeUnused: 'Kein lebender Knoten hat sie. Knoten, die mit ihrem Namen starten, tun nichts, bis sie wieder da ist.',
    removeUsed: (names: string) => `${names} wird gar nichts mehr tun: kein Dienst, kein Listener. Starten Sie diese Knoten zuerst mit einer anderen Rolle.`, removed: (name: string) => `Rolle ${name} gelöscht`,
  },
})
