/** What the dashboard says, in both languages. */
import { pageTexts } from '../../texts/language.ts'
import { counter } from '../../texts/plural.ts'

const enCount = counter('en')
const deCount = counter('de')

const en = {
  subtitle: 'Whether the cluster is well, what waits, what failed, and who works.',
  verdict: { well: 'The cluster is well.', attention: 'The cluster needs attention:', trouble: 'The cluster is in trouble:' },
  wellDetail: 'Every lane has a node, nothing has failed, and nothing waits for long.',
  asking: 'Looking at the cluster…',
  others: 'What else wants attention',
  more: (n: number) => enCount(n, { one: '# more', other: '# more' }),
  less: 'Show fewer',
  severity: { trouble: 'Trouble', attention: 'Attention' },
  cause: {
    waiting: (lane: string, waited: string) => `the oldest task of the lane ${lane} is due for ${waited} and does not run`,
    failed: (n: number) => enCount(n, { one: '# task has failed and waits for somebody to look at it', other: '# tasks have failed and wait for somebody to look at them' }),
    failing: (share: string, runs: number) => `${share} of ${enCount(runs, { one: '# run', other: '# runs' })} did not succeed lately`,
    silentNode: (hostname: string) => `the node ${hostname} is not heard of any more; its work was taken over`,
    listener: (hostname: string, listener: string, address: string) => `the listener ${listener} is not served on ${hostname} (${address})`,
    certificateOver: (name: string) => `the certificate of ${name} is over`,
    certificateEnds: (name: string, left: string) => `the certificate of ${name} ends in ${left}`,
    scheduleFailed: (name: string) => `the last task of the schedule ${name} has failed`,
    scheduleLate: (name: string) => `the schedule ${name} has missed its time: no node schedules`,
    unknown: (part: string) => `it could not be read how it stands with: ${part}`,
  },
  finding: {
    laneWithoutNode: (subject: string) => `no node works ${subject}; tasks wait there`,
    criticalLaneWithOneNode: (subject: string) => `only one node can work ${subject}`,
    shardWithoutNode: (subject: string) => `no node works the part ${subject}; tasks wait there`,
    unequalShards: (subject: string) => `the shards of ${subject} are of unequal size`,
    spamTrainingSpread: () => 'several nodes train the spam classifier',
    unknownRole: (subject: string) => `a role that does not exist was given to ${subject}, which runs nothing`,
    clockOffset: (subject: string) => `the clock of ${subject} is off`,
    versionsDiffer: () => 'the nodes run different versions',
    settingsDiffer: () => 'the nodes were started with different settings',
    spamFilterFails: (subject: string) => `the spam filter of ${subject} does not judge mail as it should`,
  } as Readonly<Record<string, (subject: string) => string>>,
  advice: {
    laneWithoutNode: 'Start a node whose role has this work, or give it to the role of a node that runs.',
    criticalLaneWithOneNode: 'Give the work to a second node.',
    shardWithoutNode: 'Start a node of this shard, or name a living one in its place in the ROTA_CONFIG of every node.',
    unequalShards: 'Spread the nodes evenly over the shards.',
    spamTrainingSpread: 'Leave this work to a single node.',
    unknownRole: 'Create the role under this name, or start the node with one that exists.',
    clockOffset: 'Set the clock of the node, best by NTP.',
    versionsDiffer: 'Bring all nodes to the same version.',
    settingsDiffer: 'Start all nodes with the same values.',
    spamFilterFails: 'Train the spam filter anew, unless an upgrade is under way.',
  } as Readonly<Record<string, string>>,
  part: {
    findings: 'findings about the cluster', nodes: 'nodes', lanes: 'lanes', failures: 'failed tasks', runs: 'runs of tasks',
    certificates: 'certificates', schedules: 'schedules',
  },
  figures: {
    label: 'The cluster in numbers', failed: 'Failed tasks', waiting: 'Waiting tasks', oldest: 'Longest wait', running: 'Running now', nodes: 'Nodes alive',
    uncovered: 'Lanes without a node', runs: 'Runs, last hour', rate: 'Failure rate, last hour', failedRuns: 'failed', retriedRuns: 'tried again', ofNodes: (n: number) => `of ${n}`,
  },
  runs: {
    title: 'Throughput', all: 'History', span: 'Span', hour: 'Last hour', day: 'Last day', since: 'since', runs: 'Runs', perMinute: (n: string) => `${n} a minute`, retry: 'Tried again', failed: 'Failed', notDone: 'Did not succeed',
    rate: 'Failure rate', mean: 'Time of a run', chart: 'Ended runs over time',
    rateChart: 'Share of runs that did not succeed, over time',
  },
  lanes: {
    title: 'Lanes', all: 'Assignment', lane: 'Lane', nodes: 'Coverage', waiting: 'Waiting', oldest: 'Longest wait', running: 'Running', failed: 'Failed',
    covered: 'covered', uncovered: 'no node', partly: (n: number, of: number) => `${n} of ${of} buckets free`, quiet: 'Lanes in which nothing happens',
  },
  failures: {
    title: 'Failed tasks by reason', all: 'All failed tasks', reason: 'Why', kind: 'Kind of task', count: 'Tasks', since: 'Since', newest: 'Newest',
    none: 'No task has failed.', others: (n: number) => enCount(n, { one: 'and # more reason', other: 'and # more reasons' }),
  },
  nodes: {
    title: 'Nodes', all: 'Cluster', node: 'Node', status: 'Status', role: 'Role', running: 'Running', heard: 'Heard of', error: 'What went wrong last',
    everything: 'everything', draining: 'draining', states: { active: 'active', stale: 'silent', inactive: 'away' },
    gone: (n: number) => enCount(n, { one: '# node that is away for more than a day', other: '# nodes that are away for more than a day' }),
  },
  certificates: {
    title: 'Certificates', all: 'All certificates', none: 'There is no certificate; listeners show one that they made themselves.', good: 'All of them are valid for more than two weeks.',
    ends: 'ends', over: 'ended', nextEnd: 'The next one to end:',
  },
  schedules: {
    title: 'Schedules', all: 'All schedules', none: 'There are no schedules.', good: 'All of them are on time.', paused: 'paused until', pausedForGood: 'paused for good',
    late: 'has missed its time', failed: 'its last task has failed', next: 'Next:', nothingNext: 'None of them makes a task.',
  },
  blindTitle: 'There is nothing here that you may see',
  blind: 'This login has no permission to see the cluster. Somebody who manages accounts can give it the role of an auditor or operator.',
}

const de: typeof en = {
  subtitle: 'Ob es dem Cluster gut geht, was wartet, was gescheitert ist und wer arbeitet.',
  verdict: { well: 'Dem Cluster geht es gut.', attention: 'Der Cluster braucht Aufmerksamkeit:', trouble: 'Der Cluster ist in Not:' },
  wellDetail: 'Jede Spur hat einen Knoten, nichts ist gescheitert, und nichts wartet lange.',
  asking: 'Der Cluster wird angesehen …',
  others: 'Was sonst Aufmerksamkeit braucht',
  more: n => deCount(n, { one: '# weiterer Punkt', other: '# weitere Punkte' }),
  less: 'Weniger zeigen',
  severity: { trouble: 'Not', attention: 'Aufmerksamkeit' },
  cause: {
    waiting: (lane, waited) => `die älteste Aufgabe der Spur ${lane} ist seit ${waited} fällig und läuft nicht`,
    failed: n => deCount(n, { one: '# Aufgabe ist gescheitert und wartet, dass jemand nachsieht', other: '# Aufgaben sind gescheitert und warten, dass jemand nachsieht' }),
    failing: (share, runs) => `${share} von ${deCount(runs, { one: '# Lauf', other: '# Läufen' })} gelangen zuletzt nicht`,
    silentNode: hostname => `vom Knoten ${hostname} ist nichts mehr zu hören; seine Arbeit wurde übernommen`,
    listener: (hostname, listener, address) => `der Listener ${listener} wird auf ${hostname} nicht bedient (${address})`,
    certificateOver: name => `das Zertifikat von ${name} ist abgelaufen`,
    certificateEnds: (name, left) => `das Zertifikat von ${name} läuft in ${left} ab`,
    scheduleFailed: name => `die letzte Aufgabe des Zeitplans ${name} ist gescheitert`,
    scheduleLate: name => `der Zeitplan ${name} hat seine Zeit verpasst: kein Knoten plant`,
    unknown: part => `nicht zu erfahren war, wie es hiermit steht: ${part}`,
  },
  finding: {
    laneWithoutNode: subject => `kein Knoten bearbeitet ${subject}; dort warten Aufgaben`,
    criticalLaneWithOneNode: subject => `nur ein Knoten kann ${subject} bearbeiten`,
    shardWithoutNode: subject => `kein Knoten bearbeitet den Anteil ${subject}; dort warten Aufgaben`,
    unequalShards: subject => `die Anteile von ${subject} sind ungleich groß`,
    spamTrainingSpread: () => 'mehrere Knoten trainieren den Spamfilter',
    unknownRole: subject => `nichts tut, weil es seine Rolle nicht gibt: ${subject}`,
    clockOffset: subject => `die Uhr von ${subject} geht falsch`,
    versionsDiffer: () => 'auf den Knoten laufen verschiedene Versionen',
    settingsDiffer: () => 'die Knoten wurden mit verschiedenen Einstellungen gestartet',
    spamFilterFails: subject => `der Spamfilter von ${subject} beurteilt Mail nicht, wie er sollte`,
  },
  advice: {
    laneWithoutNode: 'Starten Sie einen Knoten, dessen Rolle diese Arbeit hat, oder geben Sie sie der Rolle eines Knotens, der läuft.',
    criticalLaneWithOneNode: 'Geben Sie die Arbeit einem zweiten Knoten.',
    shardWithoutNode: 'Starten Sie einen Knoten dieses Anteils, oder nennen Sie an seiner Stelle einen, der lebt, in der ROTA_CONFIG jedes Knotens.',
    unequalShards: 'Verteilen Sie die Knoten gleichmäßig auf die Anteile.',
    spamTrainingSpread: 'Lassen Sie diese Arbeit einem einzigen Knoten.',
    unknownRole: 'Legen Sie die Rolle unter diesem Namen an, oder starten Sie den Knoten mit einer, die es gibt.',
    clockOffset: 'Stellen Sie die Uhr des Knotens, am besten mit NTP.',
    versionsDiffer: 'Bringen Sie alle Knoten auf dieselbe Version.',
    settingsDiffer: 'Starten Sie alle Knoten mit denselben Werten.',
    spamFilterFails: 'Trainieren Sie den Spamfilter neu, wenn nicht gerade aktualisiert wird.',
  },
  part: {
    findings: 'Befunde zum Cluster', nodes: 'Knoten', lanes: 'Spuren', failures: 'gescheiterte Aufgaben', runs: 'Läufe von Aufgaben',
    certificates: 'Zertifikate', schedules: 'Zeitpläne',
  },
  figures: {
    label: 'Der Cluster in Zahlen', failed: 'Gescheitert', waiting: 'Wartende Aufgaben', oldest: 'Längstes Warten', running: 'Laufen jetzt', nodes: 'Knoten am Leben',
    uncovered: 'Spuren ohne Knoten', runs: 'Läufe, letzte Stunde', rate: 'Fehlerquote, letzte Stunde', failedRuns: 'gescheitert', retriedRuns: 'neu versucht', ofNodes: n => `von ${n}`,
  },
  runs: {
    title: 'Durchsatz', all: 'Verlauf', span: 'Zeitraum', hour: 'Letzte Stunde', day: 'Letzter Tag', since: 'seit', runs: 'Läufe', perMinute: n => `${n} je Minute`, retry: 'Neu versucht', failed: 'Fehler', notDone: 'Nicht gelungen',
    rate: 'Fehler in %', mean: 'Dauer', chart: 'Beendete Läufe über die Zeit',
    rateChart: 'Anteil der Läufe, die nicht gelangen, über die Zeit',
  },
  lanes: {
    title: 'Spuren', all: 'Verteilung', lane: 'Spur', nodes: 'Knoten', waiting: 'Wartet', oldest: 'Am längsten', running: 'Läuft', failed: 'Fehler',
    covered: 'gedeckt', uncovered: 'kein Knoten', partly: (n, of) => `${n} von ${of} Fächern frei`, quiet: 'Spuren, in denen nichts geschieht',
  },
  failures: {
    title: 'Gescheiterte Aufgaben nach Grund', all: 'Alle gescheiterten', reason: 'Warum', kind: 'Art der Aufgabe', count: 'Aufgaben', since: 'Seit', newest: 'Neueste',
    none: 'Keine Aufgabe ist gescheitert.', others: n => deCount(n, { one: 'und # weiterer Grund', other: 'und # weitere Gründe' }),
  },
  nodes: {
    title: 'Knoten', all: 'Cluster', node: 'Knoten', status: 'Zustand', role: 'Rolle', running: 'Laufend', heard: 'Gehört', error: 'Was zuletzt schiefging',
    everything: 'alles', draining: 'leert sich', states: { active: 'aktiv', stale: 'stumm', inactive: 'fort' },
    gone: n => deCount(n, { one: '# Knoten, der seit mehr als einem Tag fort ist', other: '# Knoten, die seit mehr als einem Tag fort sind' }),
  },
  certificates: {
    title: 'Zertifikate', all: 'Alle Zertifikate', none: 'Es gibt kein Zertifikat; Listener zeigen ein selbst gemachtes.', good: 'Alle gelten noch länger als zwei Wochen.',
    ends: 'endet', over: 'endete', nextEnd: 'Als nächstes endet:',
  },
  schedules: {
    title: 'Zeitpläne', all: 'Alle Zeitpläne', none: 'Es gibt keine Zeitpläne.', good: 'Alle sind pünktlich.', paused: 'pausiert bis', pausedForGood: 'auf Dauer pausiert',
    late: 'hat seine Zeit verpasst', failed: 'seine letzte Aufgabe ist gescheitert', next: 'Als nächstes:', nothingNext: 'Keiner von ihnen macht eine Aufgabe.',
  },
  blindTitle: 'Hier gibt es nichts, was Sie sehen dürfen',
  blind: 'Dieser Zugang darf den Cluster nicht sehen. Wer Konten verwaltet, kann ihm die Rolle eines Prüfers oder Betreibers geben.',
}

export const useDashboardTexts = pageTexts({ en, de })
export type DashboardTexts = typeof en
