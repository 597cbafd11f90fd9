/** The part of the page that an element stands in, as those know it who go from part to part by keys. */
export function landmarkOf(element: Element | null): HTMLElement | null {
  return element?.closest<HTMLElement>('main, header, [role=dialog]') ?? null
}
