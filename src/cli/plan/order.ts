/** Things in their own order, each after those that it refers to; in a circle somebody has to come first. */
export function dependencyOrder<T>(items: Iterable<T>, dependencies: (item: T) => Iterable<T>): T[] {
  const ordered: T[] = []
  const begun = new Set<T>()
  // A stack of our own: a chain of references may be as long as the list.
  for (const item of items) {
    const open: { readonly item: T; readonly rest: Iterator<T> }[] = []
    const enter = (next: T): void => {
      if (begun.has(next)) return
      begun.add(next)
      open.push({ item: next, rest: dependencies(next)[Symbol.iterator]() })
    }
    enter(item)
    for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
      const next = top.rest.next()
      if (next.done !== true) enter(next.value)
      else {
        open.pop()
        ordered.push(top.item)
      }
    }
  }
  return ordered
}
