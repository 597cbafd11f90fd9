/** How well a name fits what was typed: every word of it must occur; 0 is best, null does not fit. */
export function matchOf(name: string, typed: string): number | null {
  const text = fold(name)
  let worst = 0
  for (const word of fold(typed).split(/\s+/).filter(each => each !== '')) {
    const at = text.indexOf(word)
    if (at < 0) return null
    const begins = at === 0 ? 0 : /[\s@._/-]/.test(text.charAt(at - 1)) || text.includes(` ${word}`) ? 1 : 2
    worst = Math.max(worst, begins)
  }
  return worst
}

/** Best first; equal ones stay in their order. */
export function matching<T>(all: readonly T[], typed: string, nameOf: (each: T) => string): T[] {
  return all
    .flatMap(each => {
      const rank = matchOf(nameOf(each), typed)
      return rank === null ? [] : [{ each, rank }]
    })
    .toSorted((left, right) => left.rank - right.rank)
    .map(({ each }) => each)
}

/** Without case and accents: `Zeitpläne` is found by `zeitplane`. */
function fold(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()
}
