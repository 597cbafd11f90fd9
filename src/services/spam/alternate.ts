/**
 * The order in which samples are learnt: both classes evenly mixed, each in its own order. People mark spam by the hundred, and
 * a model that learns a hundred of one class in a row forgets the other.
 */
export function alternately<T extends { readonly isSpam: boolean }>(samples: readonly T[]): T[] {
  const places = [samples.filter(({ isSpam }) => isSpam), samples.filter(({ isSpam }) => !isSpam)]
    .flatMap(list => list.map((sample, nth) => ({ sample, place: (nth + 0.5) / list.length })))
  return places.toSorted((one, other) => one.place - other.place).map(({ sample }) => sample)
}
