/** Parameters of a query or a form, each of which may stand there once (RFC 6749 §3.1, §3.2). */

export interface Parameters {
  /** Without a value a parameter counts as left out. */
  readonly values: ReadonlyMap<string, string>
  /** All that stand there, with a value or without. */
  readonly names: ReadonlySet<string>
  /** Names that stand there more than once. */
  readonly repeated: ReadonlySet<string>
}

export function parseParameters(text: string): Parameters {
  const values = new Map<string, string>()
  const names = new Set<string>()
  const repeated = new Set<string>()
  for (const [name, value] of new URLSearchParams(text)) {
    if (names.has(name)) repeated.add(name)
    names.add(name)
    if (value !== '') values.set(name, value)
  }
  return { values, names, repeated }
}

/** Of the URL of a request. */
export function parseQuery(url = ''): Parameters {
  const mark = url.indexOf('?')
  return parseParameters(mark < 0 ? '' : url.slice(mark + 1))
}
