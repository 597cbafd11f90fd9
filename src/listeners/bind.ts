/** Addresses that a socket is bound to, as registry objects and people write them. */
import { isIP } from 'node:net'

/** Port 0: any free port. */
export interface BindAddress { readonly host: string; readonly port: number }

const PORT_MAX = 65_535

/** `127.0.0.1:8080`, `[::1]:0`, `localhost:25`; null for anything else. */
export function parseBind(text: string): BindAddress | null {
  const [, bracketed, plain, digits] = /^(?:\[([^\]]*)\]|([^:]*)):(\d{1,5})$/.exec(text) ?? []
  const host = bracketed ?? plain ?? ''
  const known = bracketed === undefined ? isIP(host) === 4 || host === 'localhost' : isIP(host) === 6
  const port = Number(digits)
  return known && port <= PORT_MAX ? { host, port } : null
}

/** The text that parses back to the address. */
export function formatBind(address: BindAddress): string {
  return isIP(address.host) === 6 ? `[${address.host}]:${address.port}` : `${address.host}:${address.port}`
}
