/**
 * Rows of a long list that go out of view are used again for those that come into it: what stands in the page already is changed
 * for a fraction of what it costs to make it. A row has the slot of its index; there are as many slots as rows were ever there.
 *
 * | the list | order of the slots |
 * | --- | --- |
 * | rests | that of the rows, as it is read out |
 * | scrolls | as it was when it rested last: to move an element costs as much as to make it |
 */
export interface Slotted<T> { readonly item: T; readonly slot: number }

/** `items` follow each other; `first`: the slot that stands first. */
export function slotted<T extends { readonly index: number }>(items: readonly T[], slots: number, first: number): readonly Slotted<T>[] {
  const placeOf = (slot: number) => (slot - first + slots) % slots
  return items.map(item => ({ item, slot: item.index % slots })).toSorted((one, other) => placeOf(one.slot) - placeOf(other.slot))
}
