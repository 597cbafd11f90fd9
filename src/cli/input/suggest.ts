/** "Did you mean …?" for names that people type. */

/** One edit for every three letters, at least one. */
const LETTERS_PER_EDIT = 3

/** The nearest of the known words, or null when none is near. Case, `-` and `_` do not count. */
export function nearest(word: string, known: Iterable<string>): string | null {
  const wanted = fold(word)
  let best: string | null = null
  let bestEdits = Math.max(1, Math.floor(wanted.length / LETTERS_PER_EDIT)) + 1
  for (const candidate of known) {
    const edits = distance(wanted, fold(candidate), bestEdits)
    if (edits >= bestEdits) continue
    best = candidate
    bestEdits = edits
  }
  return best
}

/** ` (did you mean x?)`, or nothing. */
export function didYouMean(word: string, known: Iterable<string>): string | null {
  const found = nearest(word, known)
  return found === null ? null : `did you mean ${found}?`
}

/** The form in which names are compared: `task-manager`, `task_manager` and `TaskManager` are one. */
export function fold(name: string): string {
  return name.toLowerCase().replace(/[-_ ]/g, '')
}

/**
 * Edits (insert, delete, replace, swap neighbours) between two words; `stop` when there are at least so many.
 */
function distance(a: string, b: string, stop: number): number {
  if (Math.abs(a.length - b.length) >= stop) return stop
  let before: number[] = []
  let above = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let row = 1; row <= a.length; row++) {
    const line = [row]
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1]
      const replaced = (above[column - 1] ?? 0) + (same ? 0 : 1)
      let edits = Math.min((above[column] ?? 0) + 1, (line[column - 1] ?? 0) + 1, replaced)
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]
      if (swapped) edits = Math.min(edits, (before[column - 2] ?? 0) + 1)
      line.push(edits)
    }
    before = above
    above = line
  }
  return Math.min(above[b.length] ?? stop, stop)
}
