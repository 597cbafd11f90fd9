/** What the page of the task manager says. */
import { pageTexts } from '../../texts/language.ts'
import { counter } from '../../texts/plural.ts'

const en = counter('en')
const de = counter('de')

export const useRetryTexts = pageTexts({
  en: {
    subtitle: 'What happens when a task fails: how often, how soon and for how long it is tried again. A change counts for the next failure of every task, without a restart.',
    limits: 'Limits', waits: 'Waits', plan: 'What this means', incomplete: 'Fill in all entries to see the runs.',
    runs: (n: number) => en(n, { one: '# run', other: '# runs' }), runsRange: (low: number, high: number) => `${low} to ${high} runs`,
    ends: (runs: string, time: string) => `A task that always fails is given up after ${runs}, ${time} after the first failure.`,
    endsBetween: (low: string, high: string) => `By chance between ${low} and ${high}.`,
    endsAtOnce: 'A task that fails is given up at once: it runs once.',
    endless: (n: number) => `More than ${n} runs: a task that always fails goes on for very long.`,
    byAttempts: 'Its attempts are used up then.', byDeadline: (deadline: string) => `Another wait would go past the deadline of ${deadline}.`,
    doubts: {
      noRetry: 'There is no retry at all: the first wait is longer than the deadline.',
      deadlineFirst: 'The deadline ends it before the attempts are used up: more attempts change nothing.',
      soonOver: 'It is all over within two minutes. A server that restarts, or a network that is away, often takes longer.',
      cap: 'The first wait is longer than the longest one, so that all waits are the longest one.',
      many: 'So many runs of one task fill the history, and the server that it asks is asked very often.',
    },
    axis: 'Runs on a time line, counted from the first failure', axisText: (runs: string) => `Runs at ${runs}.`,
    deadline: 'Deadline', deadlineLater: (time: string) => `Deadline at ${time}, beyond the line`, givenUp: 'given up',
    number: 'Run', at: 'After the first failure', wait: 'Wait before it', first: 'first failure', between: (low: string, high: string) => `${low} to ${high}`,
    more: (n: number) => en(n, { one: 'and # more run', other: 'and # more runs' }),
    perpetual: (names: string) => `Never given up: ${names}. Past these limits they are tried every hour, later every six hours.`,
    now: 'Now', retrying: (n: number) => en(n, { one: '# task waits for another try', other: '# tasks wait for another try' }),
    failed: (n: number) => en(n, { one: '# task was given up', other: '# tasks were given up' }),
    nowHelp: 'A task that waits keeps its time; these settings decide about the wait after its next failure. What was given up stays so until somebody retries it.',
    saved: 'Saved. It counts from the next failure on.',
  },
  de: {
    subtitle: 'Was geschieht, wenn eine Aufgabe scheitert: wie oft, wie bald und wie lange sie wieder versucht wird. Eine Änderung gilt für das nächste Scheitern jeder Aufgabe, ohne Neustart.',
    limits: 'Grenzen', waits: 'Wartezeiten', plan: 'Was das bedeutet', incomplete: 'Füllen Sie alles aus, um die Läufe zu sehen.',
    runs: (n: number) => de(n, { one: '# Lauf', other: '# Läufen' }), runsRange: (low: number, high: number) => `${low} bis ${high} Läufen`,
    ends: (runs: string, time: string) => `Eine Aufgabe, die immer scheitert, wird nach ${runs} aufgegeben, ${time} nach dem ersten Scheitern.`,
    endsBetween: (low: string, high: string) => `Durch Zufall zwischen ${low} und ${high}.`,
    endsAtOnce: 'Eine Aufgabe, die scheitert, wird sofort aufgegeben: sie läuft einmal.',
    endless: (n: number) => `Mehr als ${n} Läufe: eine Aufgabe, die immer scheitert, läuft sehr lange weiter.`,
    byAttempts: 'Dann sind ihre Versuche verbraucht.', byDeadline: (deadline: string) => `Noch einmal zu warten ginge über die Frist von ${deadline} hinaus.`,
    doubts: {
      noRetry: 'Es wird gar nicht wieder versucht: die erste Wartezeit ist länger als die Frist.',
      deadlineFirst: 'Die Frist endet, bevor die Versuche verbraucht sind: mehr Versuche ändern nichts.',
      soonOver: 'In zwei Minuten ist alles vorbei. Ein Server, der neu startet, oder ein Netz, das weg ist, braucht oft länger.',
      cap: 'Die erste Wartezeit ist länger als die längste, daher sind alle die längste.',
      many: 'So viele Läufe einer Aufgabe füllen den Verlauf, und der gefragte Server wird sehr oft gefragt.',
    },
    axis: 'Läufe auf einer Zeitachse, gezählt vom ersten Scheitern', axisText: (runs: string) => `Läufe bei ${runs}.`,
    deadline: 'Frist', deadlineLater: (time: string) => `Frist bei ${time}, jenseits der Achse`, givenUp: 'aufgegeben',
    number: 'Lauf', at: 'Nach dem ersten Scheitern', wait: 'Wartezeit davor', first: 'erstes Scheitern', between: (low: string, high: string) => `${low} bis ${high}`,
    more: (n: number) => de(n, { one: 'und # weiterer Lauf', other: 'und # weitere Läufe' }),
    perpetual: (names: string) => `Nie aufgegeben: ${names}. Jenseits dieser Grenzen jede Stunde, später alle sechs Stunden.`,
    now: 'Jetzt', retrying: (n: number) => de(n, { one: '# Aufgabe wartet auf den nächsten Versuch', other: '# Aufgaben warten auf den nächsten Versuch' }),
    failed: (n: number) => de(n, { one: '# Aufgabe ist aufgegeben', other: '# Aufgaben sind aufgegeben' }),
    nowHelp: 'Eine wartende Aufgabe behält ihre Zeit; diese Werte bestimmen die Wartezeit nach ihrem nächsten Scheitern. Was aufgegeben ist, bleibt es, bis es jemand wiederholt.',
    saved: 'Gespeichert. Es gilt ab dem nächsten Scheitern.',
  },
})
