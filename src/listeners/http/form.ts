/** Parameters of a query or a form, each of which may stand there once (RFC 6749 §3.1, §3.2). */

export interface Parameters {
  /** Without a value a parameter counts as left out. */
  readonly values: ReadonlyMap<string, string>
  /** Names that stand there more than once. */
  readonly repeated: ReadonlySet<string>
}

export function parseParameters(text: string): Parameters {
  const values = new Map<string, string>()
  const seen = new Set<string>()
  const repeated = new Set<string>()
  for (const [name, value] of new URLSearchParams(text)) {
    if (seen.has(name)) repeated.add(name)
    seen.add(name)
    if (value !== '') values.set(name, value)
  }
  return { values, repeated }
}

/** Of the URL of a request. */
export function parseQuery(url = ''): Parameters {
  const mark = url.indexOf('?')
  return parseParameters(mark < 0 ? '' : url.slice(mark + 1))
}
