/**
 * The model: logistic regression over hashed features, trained sample after sample. Each weight has a step of its own, which
 * gets smaller the more it has moved (AdaGrad; Duchi, Hazan and Singer 2011), so that a rare word is learnt at once and a
 * common one does not swing. The same samples in the same order give the same model, bit for bit.
 *
 * Mail that filters only needs the weights; who trains holds as many sums of squares besides.
 */
import { FEATURES } from './features.ts'
import type { Features } from './features.ts'

const STEP = 0.4
/** What a weight counts as having moved at first: the smaller, the more its first sample says. */
const FIRST_SQUARES = 0.002
/** How much a sample of the rarer class may weigh more than the others. */
const BALANCE_MAX = 4

/** How many samples of each class it was trained with. */
export interface Learnt { readonly spam: number; readonly ham: number }

/** Weights, the last of which is that of every message. */
export class Model {
  readonly weights: Float32Array

  constructor(weights: Float32Array = new Float32Array(FEATURES + 1)) {
    this.weights = weights
  }

  /** The probability that such a message is spam, from 0 to 1. */
  probability(features: Features): number {
    return 1 / (1 + Math.exp(-this.sum(features)))
  }

  protected sum({ indexes, values }: Features): number {
    let sum = this.weights[FEATURES] ?? 0
    for (let nth = 0; nth < indexes.length; nth++) sum += (this.weights[indexes[nth] ?? 0] ?? 0) * (values[nth] ?? 0)
    return sum
  }
}

export class TrainableModel extends Model {
  /** Of the steps of each weight. */
  readonly squares: Float32Array
  #learnt: Learnt

  constructor(weights?: Float32Array, squares: Float32Array = new Float32Array(FEATURES + 1), learnt: Learnt = { spam: 0, ham: 0 }) {
    super(weights)
    this.squares = squares
    this.#learnt = learnt
  }

  get learnt(): Learnt { return this.#learnt }

  learn(features: Features, isSpam: boolean): void {
    const { spam, ham } = this.#learnt
    this.#learnt = isSpam ? { spam: spam + 1, ham } : { spam, ham: ham + 1 }
    // Who gets a hundred newsletters for each spam should still be told of spam.
    const share = (isSpam ? ham + 1 : spam + 1) / (isSpam ? spam + 1 : ham + 1)
    const weight = Math.min(Math.max(Math.sqrt(share), 1 / BALANCE_MAX), BALANCE_MAX)
    const slope = (this.probability(features) - (isSpam ? 1 : 0)) * weight
    const { indexes, values } = features
    for (let nth = 0; nth < indexes.length; nth++) this.#move(indexes[nth] ?? 0, slope * (values[nth] ?? 0))
    this.#move(FEATURES, slope / Math.sqrt(FEATURES_TYPICAL))
  }

  #move(index: number, slope: number): void {
    const squares = (this.squares[index] ?? 0) + slope * slope
    this.squares[index] = squares
    this.weights[index] = (this.weights[index] ?? 0) - STEP * slope / Math.sqrt(FIRST_SQUARES + squares)
  }
}
/** What all messages have in common weighs no more than one word. */
const FEATURES_TYPICAL = 100
