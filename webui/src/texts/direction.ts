/**
 * Texts of others inside of our sentences. A name may hold letters that are written from right to left, or characters that
 * turn the direction of what follows: between isolates (Unicode Bidirectional Algorithm, UAX #9 §2.4) they turn no more than the
 * name. Names that stand in an element of their own are isolated by style/base.css.
 */
const TURNING = /[\u0590-\u08FF\u200E\u200F\u202A-\u202E\u2066-\u2069\uFB1D-\uFDFF\uFE70-\uFEFE\u{10800}-\u{10FFF}\u{1E800}-\u{1EFFF}]/u
const OPENING = /[\u2066-\u2068]/
const FIRST_STRONG_ISOLATE = '\u2068'
const POP = '\u2069'

export function isolated(text: string): string {
  return TURNING.test(text) ? FIRST_STRONG_ISOLATE + balanced(text) + POP : text
}

/** The catalogue, with what its sentences take in isolated. */
export function isolating<T>(catalogue: T): T {
  return wrapped(catalogue) as T
}

function wrapped(value: unknown): unknown {
  if (typeof value === 'function') {
    const say = value as (...given: unknown[]) => unknown
    return (...given: unknown[]) => say(...given.map(each => typeof each === 'string' ? isolated(each) : each))
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, wrapped(each)]))
}

/** Every isolate that the text opens is closed, and none that it has not opened: an override ends with the isolate that it is in. */
function balanced(text: string): string {
  let open = 0
  const kept = [...text].filter(character => {
    if (OPENING.test(character)) open += 1
    if (character !== POP) return true
    open -= 1
    if (open >= 0) return true
    open = 0
    return false
  })
  return kept.join('') + POP.repeat(open)
}
