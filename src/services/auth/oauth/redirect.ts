/**
 * Where a browser may be sent with a code, or after a logout: back to the origin that it logs in at, or to a program
 * that listens on its own machine (RFC 8252 §7.3: an IP literal and any port). Nothing else, and nothing that two
 * parsers of URLs could read in two ways: the text must be what a parser would write.
 */
const REDIRECT_LENGTH_MAX = 1_000

export type RedirectTarget = 'sameOrigin' | 'loopback'

const LOOPBACKS: ReadonlySet<string> = new Set(['127.0.0.1', '[::1]'])

/** `origin`: of the login page, as the browser spells it. Null: no browser is sent there. */
export function redirectTarget(text: string, origin: string): RedirectTarget | null {
  if (text.length > REDIRECT_LENGTH_MAX || !URL.canParse(text)) return null
  const url = new URL(text)
  const isCanonical = url.href === text || url.href === `${text}/`
  const isHttp = url.protocol === 'https:' || url.protocol === 'http:'
  // Codes are appended as a query: one that is there already could hold a code of its own.
  const isBare = url.username === '' && url.password === '' && !text.includes('#') && !text.includes('?')
  if (!isCanonical || !isHttp || !isBare) return null
  if (url.origin === origin) return 'sameOrigin'
  return url.protocol === 'http:' && LOOPBACKS.has(url.hostname) ? 'loopback' : null
}
