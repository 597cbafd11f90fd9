/** What a person sees when a node has started: where it is, how to log in, what to do next. */
import type { ListenerState } from '../listeners/manager.ts'
import type { Bootstrap } from './bootstrap.ts'
import { ADMIN_NAME } from './bootstrap.ts'

/** The base URL of the first HTTP address that is up; plain HTTP before TLS, because the certificate may be self-made. */
export function baseUrl(listeners: readonly ListenerState[]): string | null {
  const http = listeners.filter(({ protocol }) => protocol === 'http').sort((one, other) => Number(one.tls) - Number(other.tls))
  for (const { tls, addresses } of http) {
    const up = addresses.find(({ state }) => state === 'up')
    if (up) return `${tls ? 'https' : 'http'}://${hostForUrl(up.address)}:${up.port}`
  }
  return null
}

export function banner(version: string, url: string | null, { first, password }: Bootstrap): string {
  const login = password === null ? `${ADMIN_NAME}${first ? ', with the password of ROTA_ADMIN_PASSWORD' : ''}` : `${ADMIN_NAME}   password: ${password}   (shown only now)`
  return [
    `Rota ${version} is running.`,
    url === null ? '  This node has no HTTP listener: use the API of another node.' : `  Console  ${url}/\n  API      ${url}/jmap/session`,
    `  Login    ${login}`,
    '  Next     npx rota describe        (npx rota --help lists everything)',
    '',
  ].join('\n')
}

/** What must not be lost when a first start ends before the banner: the password that was drawn. Else nothing. */
export function drawnLogin({ password }: Bootstrap): string {
  return password === null ? '' : `The first start made ${ADMIN_NAME}   password: ${password}   (shown only now)\n`
}

/** `[::1]`, and an address that people can open where the listener takes every address. */
function hostForUrl(address: string): string {
  if (address === '0.0.0.0') return '127.0.0.1'
  if (address === '::') return '[::1]'
  return address.includes(':') ? `[${address}]` : address
}
