/**
 * Numbers as people write them. Point and comma mean the reverse of each other in English and German, so what is read as
 * one number by one person and as a thousand times that by another is taken only as the viewer's language has it:
 *
 * | written | English | German |
 * |---|---|---|
 * | `1,000` | 1000 | 1 |
 * | `1.000` | 1 | 1000 |
 * | `1,5`, `1.5` | 1.5 | 1.5: it cannot mean anything else |
 * | `1 000`, `1'000` | 1000 | 1000 |
 */

/** null: it is no number. */
export function readNumber(text: string, language: string): number | null {
  const [group, decimal] = separatorsOf(language)
  const plain = withoutGroups(text.trim(), group)
  const match = /^([+-]?\d+)(?:([.,])(\d+))?$/.exec(plain)
  if (match === null) return null
  const [, whole = '', separator = '', fraction = ''] = match
  // Three digits after the other language's sign are thousands to somebody.
  if (separator !== '' && separator !== decimal && fraction.length > 2) return null
  const value = Number(separator === '' ? whole : `${whole}.${fraction}`)
  return Number.isFinite(value) ? value : null
}

/** A number of things: three digits after any sign but that of thousands are refused, not rounded to something small. */
export function readWhole(text: string, language: string): number | null {
  const value = readNumber(text, language)
  return value !== null && Number.isInteger(value) && !/^[+-]?\d+$/.test(withoutGroups(text.trim(), separatorsOf(language)[0])) ? null : value
}

/** In the viewer's language, exactly as it is read. */
export function numberInput(value: number, language: string): string {
  return new Intl.NumberFormat(language, { useGrouping: false, maximumFractionDigits: 20 }).format(value)
}

function withoutGroups(text: string, group: string): string {
  for (const sign of [group, ' ', '\u00a0', '\u202f', '\'', '’']) {
    const parts = text.split(sign)
    const [first = '', ...rest] = parts
    const [last = '', ...middle] = rest.toReversed()
    if (rest.length > 0 && /^[+-]?\d{1,3}$/.test(first) && middle.every(part => /^\d{3}$/.test(part)) && /^\d{3}([.,]\d+)?$/.test(last)) return parts.join('')
  }
  return text
}

function separatorsOf(language: string): readonly [group: string, decimal: string] {
  const parts = new Intl.NumberFormat(language).formatToParts(1_234_567.5)
  const of = (kind: string) => parts.find(({ type }) => type === kind)?.value ?? ''
  return [of('group'), of('decimal')]
}
