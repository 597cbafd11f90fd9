/** What the pages of schedules say. */
import { pageTexts } from '../../texts/language.ts'
import { counter } from '../../texts/plural.ts'

const en = counter('en')
const de = counter('de')

export const useScheduleTexts = pageTexts({
  en: {
    title: 'Schedules', subtitle: 'Tasks that are made again and again, each slot once for the whole cluster.',
    name: 'Name', task: 'Task', times: 'Times', next: 'Next', last: 'Last slot', outcome: 'What became of it', actions: 'Actions', create: 'New schedule', back: 'All schedules', gone: 'There is no such schedule.',
    fromRetention: 'Times and task come from the data retention.', toRetention: 'Data retention',
    empty: 'There are no schedules', emptyNext: 'Make one for work that should be done every night, or every hour.',
    paused: 'Paused', pausedUntil: 'Paused until', never: 'never yet', passed: 'passed over',
    outcomes: { done: 'Done', failed: 'Failed', retry: 'Failed, is tried again', running: 'Runs', waiting: 'Waits', unknown: 'Nothing is known any more' },
    runNow: 'Run now', runNowDone: (name: string) => `${name}: the task is made`, openTask: 'Open the task', runNowText: 'It comes beside the slots and changes none of them.',
    pause: 'Pause', hours: (n: number) => en(n, { one: 'for # hour', other: 'for # hours' }), days: (n: number) => en(n, { one: 'for # day', other: 'for # days' }), forGood: 'until it is resumed',
    resume: 'Resume', pausedDone: (name: string) => `${name} is paused`, resumedDone: (name: string) => `${name} goes on`, slotsPassed: 'Slots that came meanwhile are passed over.',
    edit: (name: string) => `Schedule ${name}`, newTitle: 'New schedule', editSubtitle: 'New times begin now; a task that was made already runs all the same.', newSubtitle: 'The first task is made at the next slot.',
    when: 'When', what: 'What', about: 'Schedule', presets: 'Take for example', presetList: { quarter: 'every 15 minutes', hourly: 'every hour', nightly: 'every night at 2', weekly: 'Mondays at 6', monthly: 'on the first of the month' },
    myZone: (zone: string) => `Take my zone, ${zone}`,
    slots: 'The next slots', yourTime: 'Your time', scheduleTime: (zone: string) => `Time of ${zone}`, noSlots: 'Write times to see when they come.', sameZone: 'The schedule has your time zone.',
    saved: (name: string) => `Schedule ${name} saved`, made: (name: string) => `Schedule ${name} made`,
    remove: 'Delete', removeTitle: (name: string) => `Delete the schedule ${name}?`, removeText: 'No further task is made. One that was made already runs all the same. To stop it for a while, pause it.', removed: (name: string) => `Schedule ${name} deleted`,
    noScheduler: 'No live node has the duty of the task scheduler: no schedule makes a task until one has.', toCluster: 'To the cluster', readOnly: 'Your role may look at this, and not change it.',
  },
  de: {
    title: 'Zeitpläne', subtitle: 'Aufgaben, die immer wieder entstehen, jeder Termin einmal für den ganzen Cluster.',
    name: 'Name', task: 'Aufgabe', times: 'Zeiten', next: 'Nächster', last: 'Letzter Termin', outcome: 'Was daraus wurde', actions: 'Aktionen', create: 'Neuer Zeitplan', back: 'Alle Zeitpläne', gone: 'Diesen Zeitplan gibt es nicht.',
    fromRetention: 'Zeiten und Aufgabe kommen aus der Aufbewahrung.', toRetention: 'Aufbewahrung',
    empty: 'Es gibt keine Zeitpläne', emptyNext: 'Legen Sie einen für Arbeit an, die jede Nacht oder jede Stunde getan werden soll.',
    paused: 'Angehalten', pausedUntil: 'Angehalten bis', never: 'noch nie', passed: 'übergangen',
    outcomes: { done: 'Erledigt', failed: 'Gescheitert', retry: 'Gescheitert, wird wieder versucht', running: 'Läuft', waiting: 'Wartet', unknown: 'Nichts mehr bekannt' },
    runNow: 'Jetzt laufen lassen', runNowDone: (name: string) => `${name}: die Aufgabe ist angelegt`, openTask: 'Aufgabe öffnen', runNowText: 'Sie kommt neben den Terminen und ändert keinen davon.',
    pause: 'Anhalten', hours: (n: number) => de(n, { one: 'für # Stunde', other: 'für # Stunden' }), days: (n: number) => de(n, { one: 'für # Tag', other: 'für # Tage' }), forGood: 'bis er fortgesetzt wird',
    resume: 'Fortsetzen', pausedDone: (name: string) => `${name} ist angehalten`, resumedDone: (name: string) => `${name} läuft weiter`, slotsPassed: 'Termine dazwischen werden übergangen.',
    edit: (name: string) => `Zeitplan ${name}`, newTitle: 'Neuer Zeitplan', editSubtitle: 'Neue Zeiten beginnen jetzt; eine schon angelegte Aufgabe läuft trotzdem.', newSubtitle: 'Die erste Aufgabe entsteht zum nächsten Termin.',
    when: 'Wann', what: 'Was', about: 'Zeitplan', presets: 'Zum Beispiel', presetList: { quarter: 'alle 15 Minuten', hourly: 'jede Stunde', nightly: 'jede Nacht um 2', weekly: 'montags um 6', monthly: 'am Monatsersten' },
    myZone: (zone: string) => `Meine Zone nehmen, ${zone}`,
    slots: 'Die nächsten Termine', yourTime: 'Ihre Zeit', scheduleTime: (zone: string) => `Zeit von ${zone}`, noSlots: 'Schreiben Sie Zeiten, um zu sehen, wann sie kommen.', sameZone: 'Der Zeitplan hat Ihre Zeitzone.',
    saved: (name: string) => `Zeitplan ${name} gesichert`, made: (name: string) => `Zeitplan ${name} angelegt`,
    remove: 'Löschen', removeTitle: (name: string) => `Zeitplan ${name} löschen?`, removeText: 'Es entsteht keine Aufgabe mehr. Eine schon angelegte läuft trotzdem. Um ihn eine Weile zu stoppen, halten Sie ihn an.', removed: (name: string) => `Zeitplan ${name} gelöscht`,
    noScheduler: 'Kein lebender Knoten hat den Dienst des Zeitplaners: kein Zeitplan legt eine Aufgabe an, bis einer ihn hat.', toCluster: 'Zum Cluster', readOnly: 'Ihre Rolle darf das ansehen, aber nicht ändern.',
  },
})
