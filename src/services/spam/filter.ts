/**
 * The filter: what a message scores, by what was learnt and by rules, and whether it goes to Junk. One for each process; it
 * holds the weights, the rules and the settings in memory and reads them anew when they change, on whatever node that was.
 *
 * | what is | mail |
 * |---|---|
 * | the filter is off, or has not read its settings yet | comes in as it is |
 * | too little was learnt, or the model cannot be read | is judged by the rules alone |
 * | a message is found to be anything | gets a field X-Spam-Status in front that says what, and its score |
 * | its score reaches scoreSpam | goes to Junk instead of the inbox |
 * | judging it fails | comes in as it is, and the node says why (`problem`) |
 */
import { errorText, hasCode } from '../../errors.ts'
import { spamClassifier, spamClassifierNow } from '../../registry/objects/spam-classifier.ts'
import { spamSettings, spamSettingsNow } from '../../registry/objects/spam-settings.ts'
import type { SpamSettings } from '../../registry/objects/spam-settings.ts'
import { TAGS } from '../../registry/objects/spam-tag.ts'
import type { SpamTagName } from '../../registry/objects/spam-tag.ts'
import type { Message } from '../message/message.ts'
import type { DomainStore } from '../ports.ts'
import { featuresOf } from './features.ts'
import { FRESH, modelRow, readNumbers, SPAM_MODEL } from './model-rows.ts'
import type { ModelBody } from './model-rows.ts'
import { Model } from './model.ts'
import { readRules, RULE_OBJECTS, tagsOf } from './rules.ts'
import type { Rules } from './rules.ts'
import type { SpamTx } from './samples.ts'

/** From here on it is nearly certain, or doubtful; and up to here it is nearly certain that it is no spam. */
const [SURE, DOUBTFUL, SURELY_NOT] = [0.9, 0.7, 0.1]

/** Objects that it is made of: after a change of any it is to be read anew. */
export const SPAM_FILTER_NAMES: readonly string[] = [SPAM_MODEL, spamSettings.name, spamClassifier.name, ...RULE_OBJECTS.map(({ name }) => name)]

const ROUNDS_MAX = 5

export interface Judgement {
  readonly isSpam: boolean
  readonly score: number
  readonly tags: readonly SpamTagName[]
  /** A whole header field, to stand before the others. */
  readonly field: string
}
interface Knowledge {
  readonly settings: Pick<SpamSettings, 'enable' | 'scoreSpam'>
  /** Null: nothing is classified. */
  readonly model: Model | null
  readonly rules: Rules
}

export class SpamFilter<Tx extends SpamTx = SpamTx> {
  readonly #store: Pick<DomainStore<Tx>, 'read'>
  #knowledge: Knowledge | null = null
  /** Of the weights that are held: read again only when it is another. */
  #weights: { readonly hash: string; readonly model: Model } | null = null
  #problem: string | null = null

  constructor(store: Pick<DomainStore<Tx>, 'read'>) {
    this.#store = store
  }

  /** Why mail is not judged as it should be, for people; null: it is. */
  get problem(): string | null { return this.#problem }

  /** Reads what it needs, after any of it has changed. Until it has all of it, it judges by what it knew before. */
  async reload(): Promise<void> {
    for (let round = 1; ; round++) {
      try {
        return await this.#reload()
      } catch (error) {
        // Another model has come while this one was read.
        if (!hasCode(error, 'store/conflict') || round === ROUNDS_MAX) throw error
      }
    }
  }

  async #reload(): Promise<void> {
    const { settings, minimum, row, rules } = await this.#store.read(async tx => ({
      settings: await spamSettingsNow(tx), minimum: await spamClassifierNow(tx),
      row: (await modelRow(tx, 'used'))?.body ?? FRESH, rules: await readRules(tx),
    }))
    const isTaught = row.spam >= minimum.minSpamSamples && row.ham >= minimum.minHamSamples
    const model = settings.enable && isTaught ? await this.#modelOf(row) : null
    if (!isTaught) this.#problem = null
    this.#knowledge = { settings, model, rules }
  }

  /** Null: nothing is to be said about it. */
  judge(message: Message): Judgement | null {
    if (this.#knowledge?.settings.enable !== true) return null
    try {
      return judged(message, this.#knowledge)
    } catch (error) {
      this.#problem = `a message could not be judged, and was delivered without: ${errorText(error)}`
      return null
    }
  }

  /** Null, and a problem, when it cannot be read. */
  async #modelOf(row: ModelBody): Promise<Model | null> {
    const hash = row.content?.weights ?? ''
    if (this.#weights?.hash === hash) return this.#weights.model
    try {
      const model = new Model(await readNumbers(this.#store, 'used', row, 'weights') ?? undefined)
      this.#weights = { hash, model }
      this.#problem = null
      return model
    } catch (error) {
      if (hasCode(error, 'store/conflict')) throw error
      this.#weights = null
      this.#problem = errorText(error)
      return null
    }
  }
}

function judged(message: Message, { settings, model, rules }: Knowledge): Judgement | null {
  const tags = [...classified(message, model), ...tagsOf(message, rules)]
  if (tags.length === 0) return null
  const score = tags.reduce((sum, tag) => sum + (rules.scores.get(tag) ?? TAGS[tag]), 0)
  const isSpam = score >= settings.scoreSpam
  return { isSpam, score, tags, field: fieldOf({ isSpam, score, tags }, settings.scoreSpam) }
}

function classified(message: Message, model: Model | null): SpamTagName[] {
  if (model === null) return []
  const probability = model.probability(featuresOf(message))
  if (probability >= SURE) return ['CLASSIFIED_SPAM']
  if (probability >= DOUBTFUL) return ['CLASSIFIED_DOUBTFUL']
  return probability <= SURELY_NOT ? ['CLASSIFIED_HAM'] : ['CLASSIFIED_UNSURE']
}

function fieldOf({ isSpam, score, tags }: Omit<Judgement, 'field'>, threshold: number): string {
  return `X-Spam-Status: ${isSpam ? 'Yes' : 'No'}, score=${rounded(score)} required=${rounded(threshold)}\r\n\ttests=${tags.join(',')}\r\n`
}

function rounded(score: number): string {
  return score.toFixed(1)
}
