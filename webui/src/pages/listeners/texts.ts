/** What the pages of listeners say. */
import { pageTexts } from '../../texts/language.ts'
import { counter } from '../../texts/plural.ts'

const en = counter('en')
const de = counter('de')

export const useListenerTexts = pageTexts({
  en: {
    title: 'Listeners', subtitle: 'The addresses on which nodes speak with clients and other servers. Which nodes open one is said by their roles. A change counts at once.',
    name: 'Name', protocol: 'Protocol', bind: 'Addresses', tls: 'TLS', state: 'Where it runs', create: 'New listener', back: 'All listeners', gone: 'There is no listener of this name.',
    tlsOff: 'none', tlsStart: 'STARTTLS', tlsImplicit: 'from the start', tlsOffered: 'offered', proxies: (n: number) => en(n, { one: 'behind # network of proxies', other: 'behind # networks of proxies' }),
    empty: 'There are no listeners', emptyNext: 'Nothing speaks with this cluster. Make a listener for http, and one for smtp.',
    upOn: (n: number) => en(n, { one: 'up on # node', other: 'up on # nodes' }), failedOn: (names: string) => `not up on ${names}`, nowhere: 'on no node', unsupported: 'not served by this version',
    edit: (name: string) => `Listener ${name}`, newTitle: 'New listener', editSubtitle: 'Connections that a change concerns finish what they do, for 30 s at most.', newSubtitle: 'Every node opens it whose role says so, within two seconds.',
    general: 'Address and protocol', tlsTitle: 'TLS', tlsHelp: 'Certificates are chosen by the name that a client asks for.', proxy: 'Proxies in front', proxyHelp: 'Who connects from such a network must begin with a PROXY header. A client that connects from there without one is cut off.',
    socket: 'Socket', socketHelp: 'The defaults fit nearly everywhere.', certificates: 'To the certificates',
    where: 'Where it runs now', node: 'Node', address: 'Address', connections: 'Connections', notThere: 'No live node opens it.', leftOut: 'Not opened there', byRole: (role: string) => `role ${role}`, noRole: 'no role',
    preview: {
      noChange: 'Change something to see here which nodes open and close what.', quiet: 'No live node opens or closes anything, and no connection is cut.',
      opens: 'opens', closes: 'closes', rebinds: 'closes and opens again', replaces: 'serves new connections in the new way', fails: 'does not open',
      drain: 'Connections that are open there finish what they do, for 30 s at most.',
    },
    afterSave: 'It is opened when it is saved.', unservedProtocol: 'This version has no server for the protocol: the listener is reported, and stays closed.',
    hereTitle: 'Save, and change the listener of this console?', here: 'You use this console over this listener. After the change the address in your browser may not answer any more; have another way in at hand, such as the command line on a node.',
    confirm: 'Save all the same', saved: (name: string) => `Listener ${name} saved`, made: (name: string) => `Listener ${name} made`, follow: 'Where it runs is shown beside the form.',
    remove: 'Delete', removeTitle: (name: string) => `Delete the listener ${name}?`, removeText: (n: number) => n === 0 ? 'No node has it open. Roles that name it do so no more.' : en(n, { one: 'It closes on # node. Connections in use get 30 s.', other: 'It closes on # nodes. Connections in use get 30 s.' }),
    removed: (name: string) => `Listener ${name} deleted`, readOnly: 'Your role may look at this, and not change it.',
  },
  de: {
    title: 'Listener', subtitle: 'Die Adressen, auf denen Knoten mit Programmen und anderen Servern sprechen. Welche Knoten einen öffnen, sagen ihre Rollen. Eine Änderung gilt sofort.',
    name: 'Name', protocol: 'Protokoll', bind: 'Adressen', tls: 'TLS', state: 'Wo er läuft', create: 'Neuer Listener', back: 'Alle Listener', gone: 'Es gibt keinen Listener dieses Namens.',
    tlsOff: 'keines', tlsStart: 'STARTTLS', tlsImplicit: 'von Beginn an', tlsOffered: 'angeboten', proxies: (n: number) => de(n, { one: 'hinter # Netz von Proxys', other: 'hinter # Netzen von Proxys' }),
    empty: 'Es gibt keine Listener', emptyNext: 'Nichts spricht mit diesem Cluster. Legen Sie einen für http an und einen für smtp.',
    upOn: (n: number) => de(n, { one: 'offen auf # Knoten', other: 'offen auf # Knoten' }), failedOn: (names: string) => `nicht offen auf ${names}`, nowhere: 'auf keinem Knoten', unsupported: 'von dieser Version nicht bedient',
    edit: (name: string) => `Listener ${name}`, newTitle: 'Neuer Listener', editSubtitle: 'Verbindungen, die eine Änderung trifft, beenden, was sie tun, höchstens 30 s lang.', newSubtitle: 'Jeder Knoten öffnet ihn innerhalb von zwei Sekunden, wenn seine Rolle es sagt.',
    general: 'Adresse und Protokoll', tlsTitle: 'TLS', tlsHelp: 'Zertifikate werden nach dem Namen gewählt, den ein Programm verlangt.', proxy: 'Proxys davor', proxyHelp: 'Wer aus einem solchen Netz kommt, muss mit einem PROXY-Kopf beginnen. Ein Programm, das von dort ohne ihn kommt, wird getrennt.',
    socket: 'Socket', socketHelp: 'Die Vorgaben passen fast überall.', certificates: 'Zu den Zertifikaten',
    where: 'Wo er jetzt läuft', node: 'Knoten', address: 'Adresse', connections: 'Verbindungen', notThere: 'Kein lebender Knoten öffnet ihn.', leftOut: 'Dort nicht geöffnet', byRole: (role: string) => `Rolle ${role}`, noRole: 'keine Rolle',
    preview: {
      noChange: 'Ändern Sie etwas, um hier zu sehen, welche Knoten was öffnen und schließen.', quiet: 'Kein lebender Knoten öffnet oder schließt etwas, und keine Verbindung wird getrennt.',
      opens: 'öffnet', closes: 'schließt', rebinds: 'schließt und öffnet wieder', replaces: 'bedient neue Verbindungen auf die neue Art', fails: 'öffnet nicht',
      drain: 'Verbindungen, die dort offen sind, beenden, was sie tun, höchstens 30 s lang.',
    },
    afterSave: 'Er wird geöffnet, sobald er gesichert ist.', unservedProtocol: 'Diese Version hat keinen Server für das Protokoll: der Listener wird gemeldet und bleibt zu.',
    hereTitle: 'Sichern und den Listener dieser Konsole ändern?', here: 'Sie benutzen diese Konsole über diesen Listener. Nach der Änderung antwortet die Adresse in Ihrem Browser vielleicht nicht mehr; halten Sie einen anderen Weg bereit, etwa die Befehlszeile auf einem Knoten.',
    confirm: 'Trotzdem sichern', saved: (name: string) => `Listener ${name} gesichert`, made: (name: string) => `Listener ${name} angelegt`, follow: 'Wo er läuft, steht neben dem Formular.',
    remove: 'Löschen', removeTitle: (name: string) => `Listener ${name} löschen?`, removeText: (n: number) => n === 0 ? 'Kein Knoten hat ihn offen. Rollen, die ihn nennen, tun es dann nicht mehr.' : de(n, { one: 'Er schließt auf # Knoten. Benutzte Verbindungen haben noch 30 s.', other: 'Er schließt auf # Knoten. Benutzte Verbindungen haben noch 30 s.' }),
    removed: (name: string) => `Listener ${name} gelöscht`, readOnly: 'Ihre Rolle darf das ansehen, aber nicht ändern.',
  },
})
