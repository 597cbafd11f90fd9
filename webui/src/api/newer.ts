/** Whether the server has another version of the console than the one that runs here; then its files are gone. */

/** Scripts for which the page was loaded anew: once each, so that a broken upgrade is no endless loop. */
const RELOADED_KEY = 'rota.reloaded'
const TIMEOUT_MS = 10_000

/** `same`: the server is there, and so is the version; `known`: it is another one, which loading anew has not brought. */
export type Version = 'same' | 'newer' | 'known' | 'away'

/** Asks the server, and loads the page anew when it has a newer console. */
export async function reloadWhenNewer(): Promise<Version> {
  const version = await compare()
  if (version === 'newer') location.reload()
  return version
}

async function compare(): Promise<Version> {
  let html: string
  try {
    const response = await fetch('/', { cache: 'no-store', signal: AbortSignal.timeout(TIMEOUT_MS) })
    if (!response.ok) return 'away'
    html = await response.text()
  } catch {
    return 'away' // No connection, or no answer in time.
  }
  const [here, there] = [document.querySelector('script[src]')?.getAttribute('src') ?? null, scriptOf(html)]
  if (there === null || there === here) return 'same'
  const before = (sessionStorage.getItem(RELOADED_KEY) ?? '').split(' ')
  if (before.includes(there)) return 'known'
  sessionStorage.setItem(RELOADED_KEY, [...before, there].join(' ').trim())
  return 'newer'
}

/** The address of the first script that a page names. */
export function scriptOf(html: string): string | null {
  return /<script\b[^>]*?\ssrc="([^"]+)"/.exec(html)?.[1] ?? null
}
