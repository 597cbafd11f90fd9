/**
 * What comes next in the life of a domain's keys: one step at a time, from the keys, the settings and the time. Pure. README.md has the
 * states. Times in ms since 1970.
 */
import type { Id } from '../../base/ids.ts'
import { assert } from '../../base/assert.ts'
import type { DkimAlgorithm, DkimStage } from '../../registry/objects/dkim-signature.ts'

export interface RotatingKey {
  readonly id: Id
  readonly algorithm: DkimAlgorithm
  readonly selector: string
  readonly stage: DkimStage
  /** Null: nobody has set it. */
  readonly nextAt: number | null
}
export interface RotationSettings {
  readonly algorithms: readonly DkimAlgorithm[]
  readonly rotateAfterMs: number
  readonly retireAfterMs: number
  readonly deleteAfterMs: number
  /** Records of keys are published from here. */
  readonly publishes: boolean
}

/**
 * `publish`: see to it that the record is known everywhere, then `activate`, or wait. `adopt`: publish what is active already. `withdraw`:
 * take the record away, then it is retired. `move`: nothing happens outside of the store.
 */
export type RotationStep =
  | { readonly kind: 'create'; readonly algorithm: DkimAlgorithm; readonly stage: 'pending' | 'active' }
  | { readonly kind: 'publish' | 'adopt' | 'withdraw'; readonly key: RotatingKey }
  | { readonly kind: 'move'; readonly key: RotatingKey; readonly to: DkimStage; readonly nextAt: number | null }
  | { readonly kind: 'destroy'; readonly key: RotatingKey }

/** Null: nothing can be done now. Keys that are `givenUp` stay as they are. */
export function nextStep(keys: readonly RotatingKey[], settings: RotationSettings, now: number, givenUp: ReadonlySet<Id> = new Set()): RotationStep | null {
  for (const algorithm of settings.algorithms) {
    const own = keys.filter(key => key.algorithm === algorithm)
    const isSigning = own.some(key => key.stage === 'active' && !(settings.publishes && isDue(key, now)))
    if (!isSigning && !own.some(({ stage }) => stage === 'pending')) return { kind: 'create', algorithm, stage: settings.publishes ? 'pending' : 'active' }
  }
  for (const key of keys) {
    const step = givenUp.has(key.id) ? null : stepOf(key, keys, settings, now)
    if (step !== null) return step
  }
  return null
}

/** The earliest time at which there may be something to do; null: never. */
export function nextTime(keys: readonly RotatingKey[], now: number): number | null {
  const times = keys.flatMap(({ nextAt }) => nextAt !== null && nextAt > now ? [nextAt] : [])
  return times.length === 0 ? null : Math.min(...times)
}

function stepOf(key: RotatingKey, keys: readonly RotatingKey[], settings: RotationSettings, now: number): RotationStep | null {
  const { publishes } = settings
  switch (key.stage) {
    case 'pending':
      if (!publishes) return { kind: 'move', key, to: 'active', nextAt: null }
      return key.nextAt === null || isDue(key, now) ? { kind: 'publish', key } : null
    case 'active':
      if (!publishes) return key.nextAt === null ? null : { kind: 'move', key, to: 'active', nextAt: null }
      if (isReplaced(key, keys, settings, now)) return { kind: 'move', key, to: 'retiring', nextAt: now + settings.retireAfterMs }
      return key.nextAt === null ? { kind: 'adopt', key } : null
    case 'retiring': return isDue(key, now) ? { kind: 'withdraw', key } : null
    case 'retired': return isDue(key, now) ? { kind: 'destroy', key } : null
  }
}

/** Whether others sign in its place: for a due key one of its kind, for a kind that nobody wants one of each that is wanted. */
function isReplaced(key: RotatingKey, keys: readonly RotatingKey[], { algorithms }: RotationSettings, now: number): boolean {
  const signs = (algorithm: DkimAlgorithm): boolean =>
    keys.some(other => other.id !== key.id && other.algorithm === algorithm && other.stage === 'active' && !isDue(other, now))
  return algorithms.includes(key.algorithm) ? isDue(key, now) && signs(key.algorithm) : algorithms.every(signs)
}

function isDue({ nextAt }: RotatingKey, now: number): boolean {
  return nextAt !== null && nextAt <= now
}

const ALGORITHM_NAMES: Readonly<Record<DkimAlgorithm, string>> = { Dkim1Ed25519Sha256: 'ed25519', Dkim1RsaSha256: 'rsa' }
const LABEL_CHARS_MAX = 63
const NUMBER_MAX = 1_000

/** A name that none of `taken` has. */
export function selectorOf(template: string, algorithm: DkimAlgorithm, now: number, taken: ReadonlySet<string>): string {
  const [year = '', month = '', day = ''] = new Date(now).toISOString().slice(0, 10).split('-')
  const parts: Readonly<Record<string, string>> = { Y: year, m: month, d: day }
  const name = template
    .replaceAll('{algorithm}', ALGORITHM_NAMES[algorithm])
    .replaceAll('{version}', '1')
    .replaceAll(/\{date-((?:%[Ymd])+)\}/g, (_whole, form: string) => form.replaceAll(/%([Ymd])/g, (_part, letter: string) => parts[letter] ?? ''))
  for (let number = 1; number <= NUMBER_MAX; number++) {
    const suffix = number === 1 ? '' : `-${number}`
    const selector = name.slice(0, LABEL_CHARS_MAX - suffix.length).replace(/-+$/, '') + suffix
    if (!taken.has(selector)) return selector
  }
  assert(false, 'a domain has more keys than there may be')
}
