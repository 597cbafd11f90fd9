/**
 * SpamClassifier: how the filter learns, and what it has learnt. When it is trained is a schedule (settings-schedules.ts), so
 * that only such times are possible as a cron expression can say.
 */
import { nullable, number, utcDateTime } from '../../base/fields.ts'
import type { Fields, Infer } from '../../base/fields.ts'
import type { Json, JsonObject } from '../../base/json.ts'
import { wholeBody } from '../ops/present.ts'
import type { RegistryTx } from '../ports.ts'
import { SINGLETON_ID, singleton } from '../schema/object.ts'
import type { ObjectDefinition } from '../schema/object.ts'
import { formatDate } from '../values/date.ts'
import type { Problems } from '../values/problems.ts'
import type { SchedulePort } from './schedule-rows.ts'
import { keepSchedulesOf } from './settings-schedules.ts'
import type { SpamSamplePort } from './spam-training-sample.ts'
import { TRAIN_TIMES, trainCron } from './train-times.ts'

const [HOUR_MS, DAY_MS] = [3_600_000, 86_400_000]
const SAMPLES_MIN_MAX = 10_000
/** Whoever sends seconds for milliseconds would lose what was said of mail. */
const HELD_MS_MIN = HOUR_MS

const byServer = { update: 'serverSet' } as const
const FIELDS = {
  minSpamSamples: number('Mail is only classified once so much spam was learnt.', 'unsignedInteger', {
    min: 1, max: SAMPLES_MIN_MAX, default: 100, label: 'Spam before it starts',
  }),
  minHamSamples: number('Mail is only classified once so much other mail was learnt.', 'unsignedInteger', {
    min: 1, max: SAMPLES_MIN_MAX, default: 100, label: 'Other mail before it starts',
  }),
  trainFrequency: nullable(number(`How often new samples are learnt: ${TRAIN_TIMES}; empty: only when somebody asks for it.`, 'duration', {
    default: 12 * HOUR_MS, label: 'Learn every',
  })),
  holdSamplesFor: number('How long a sample is kept from the day when somebody said what it is.', 'duration', {
    default: 180 * DAY_MS, label: 'Keep samples for',
  }),
  learntSpam: number('So much spam was learnt.', 'unsignedInteger', { ...byServer, default: 0, label: 'Spam learnt' }),
  learntHam: number('So much other mail was learnt.', 'unsignedInteger', { ...byServer, default: 0, label: 'Other mail learnt' }),
  newSamples: number('So many samples wait for the next training.', 'unsignedInteger', { ...byServer, default: 0, label: 'To be learnt' }),
  trainedAt: nullable(utcDateTime('When it last learnt something.', { ...byServer, label: 'Last learnt' })),
} satisfies Fields
const COMPUTED = ['learntSpam', 'learntHam', 'newSamples', 'trainedAt'] as const

/** Durations in ms. */
export type SpamClassifier = Infer<typeof FIELDS>

/** What was learnt so far; `trainedAt` in ms since 1970. */
export interface SpamLessons { readonly spam: number; readonly ham: number; readonly waiting: number; readonly trainedAt: number | null }
export type ReadSpamLessons<Tx> = (tx: Tx) => Promise<SpamLessons>
/** What the objects of the filter need of mail and of its model. */
export interface SpamPorts<Tx> { readonly samples: SpamSamplePort<Tx>; readonly lessons: ReadSpamLessons<Tx> }

/** For who only wants to know what objects there are. */
export const NO_SPAM: SpamPorts<unknown> = {
  samples: {
    describe: () => Promise.resolve(null), draw: () => Promise.resolve(false), link: () => Promise.resolve(), release: () => Promise.resolve(),
  },
  lessons: () => Promise.resolve({ spam: 0, ham: 0, waiting: 0, trainedAt: null }),
}

const DECLARED = {
  name: 'SpamClassifier',
  label: 'Spam classifier',
  plural: 'Spam classifier',
  doc: 'How the spam filter learns from what people say of their mail, and how much it has learnt.',
  fields: FIELDS,
  // There is one model, all samples are learnt, and people alone say what they are.
  neutral: { model: [{ '@type': 'FtrlFh' }], reservoirCapacity: [1024], learnSpamFromTraps: [false, true], learnSpamFromRblHits: [0, 2], learnHamFromCard: [false, true], learnHamFromReply: [false, true] },
  sections: {
    SpamClassifier: [
      { title: 'Learning', fields: ['trainFrequency', 'holdSamplesFor'] },
      { title: 'Classifying', fields: ['minSpamSamples', 'minHamSamples'] },
      { title: 'So far', fields: [...COMPUTED] },
    ],
  },
  menu: { section: 'Settings', icon: 'shield-alert', group: 'Spam', link: 'Classifier' },
  hooks: { check: refuseWrongTimes },
} as const

/** For whoever reads it. */
export const spamClassifier = singleton(DECLARED)

/** The same as clients see and write it, with what follows from that. */
export function spamClassifierObject<Tx>(port: SchedulePort<Tx>, lessons: ReadSpamLessons<Tx>): ObjectDefinition<SpamClassifier, Tx> {
  const computed = (of: (lessons: SpamLessons) => Json) => async (tx: Tx, stored: readonly unknown[]): Promise<Json[]> => {
    const value = of(await lessons(tx))
    return stored.map(() => value)
  }
  return singleton<typeof FIELDS, Tx>({
    ...DECLARED,
    hooks: {
      check: refuseWrongTimes,
      // A client may send back what it has read, and more was learnt since.
      complete: raw => Object.fromEntries(Object.entries(raw).filter(([name]) => !(COMPUTED as readonly string[]).includes(name))),
      settle: async (tx, _id, next) => { if (next !== null) await keepSchedulesOf(tx, 'SpamClassifier', wholeBody(spamClassifier, next), port) },
      computed: {
        learntSpam: computed(({ spam }) => spam),
        learntHam: computed(({ ham }) => ham),
        newSamples: computed(({ waiting }) => waiting),
        trainedAt: computed(({ trainedAt }) => trainedAt === null ? null : formatDate(trainedAt)),
      },
    },
  })
}

function refuseWrongTimes(next: JsonObject, before: JsonObject | null, problems: Problems): void {
  const { trainFrequency, holdSamplesFor } = next
  if (typeof trainFrequency === 'number' && trainCron(trainFrequency) === null) {
    problems.invalid(['trainFrequency'], trainFrequency, `must be ${TRAIN_TIMES}.`)
  }
  if (typeof holdSamplesFor === 'number' && holdSamplesFor < HELD_MS_MIN && holdSamplesFor !== before?.['holdSamplesFor']) {
    problems.invalid(['holdSamplesFor'], holdSamplesFor, `is ${holdSamplesFor} ms; the shortest time is an hour (3600000). Numbers are milliseconds; "180d" and "12h" are taken too.`)
  }
}

/** As it is now, with its defaults where nothing was written. */
export async function spamClassifierNow({ objects }: Pick<RegistryTx, 'objects'>): Promise<SpamClassifier> {
  const [stored] = await objects.get(spamClassifier.name, [SINGLETON_ID])
  return wholeBody(spamClassifier, stored?.body ?? {}) as SpamClassifier
}
