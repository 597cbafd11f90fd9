/**
 * One file over HTTPS from an address that an administrator has named. He may name any, so this server is kept from being his
 * way to places that only it can reach: a name that leads to an address of the machine, of a local network or of
 * nobody is refused at the moment of connecting, when nothing can change any more, and so is each redirect.
 *
 * | limit | beyond it |
 * |---|---|
 * | 60 s from the first look-up to the last byte | spam/fetch-failed |
 * | 500 KiB as sent, 4 MiB unpacked | spam/bad-rules |
 * | 3 redirects, HTTPS alone | spam/fetch-failed |
 */
import { lookup as lookupName } from 'node:dns'
import type { IncomingMessage } from 'node:http'
import { request } from 'node:https'
import type { RequestOptions } from 'node:https'
import { BlockList, isIP } from 'node:net'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import type { Clock } from '../../base/clock.ts'
import { errorText, RotaError } from '../../errors.ts'

export const FETCH_MS_MAX = 60_000
export const SENT_BYTES_MAX = 500 * 1024
export const UNPACKED_BYTES_MAX = 4 * 1024 * 1024
const REDIRECTS_MAX = 3
const ETAG_CHARS_MAX = 500

export type Fetched =
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'content'; readonly content: Buffer; readonly etag: string | null }
/** Rejects with spam/fetch-failed, spam/bad-rules. `etag`: of what was fetched before. */
export type FetchRules = (url: string, etag: string | null, signal: AbortSignal) => Promise<Fetched>

export interface RulesSourceOptions {
  readonly clock: Pick<Clock, 'after'>
  /** Whether an address may be asked; left out: all that everybody can reach. */
  readonly mayAsk?: (address: string) => boolean
  /** PEM: whom to trust, instead of the authorities that Node knows. */
  readonly trusted?: string
}

const unpack = promisify(gunzip)

export function rulesSource({ clock, mayAsk = isPublic, trusted }: RulesSourceOptions): FetchRules {
  return async (url, etag, signal) => {
    signal.throwIfAborted()
    const end = new AbortController()
    const stop = (): void => { end.abort(signal.reason) }
    signal.addEventListener('abort', stop, { once: true })
    const cancel = clock.after(FETCH_MS_MAX, () => { end.abort(new Error(`there was no whole answer within ${FETCH_MS_MAX / 1_000} s`)) })
    try {
      return await fetched(url, { etag, mayAsk, signal: end.signal, ...(trusted === undefined ? {} : { ca: trusted }) })
    } catch (error) {
      signal.throwIfAborted()
      if (error instanceof RotaError) throw error
      throw failed(url, end.signal.aborted ? errorText(end.signal.reason) : errorText(error))
    } finally {
      cancel()
      signal.removeEventListener('abort', stop)
    }
  }
}

interface Asked { readonly etag: string | null; readonly mayAsk: (address: string) => boolean; readonly signal: AbortSignal; readonly ca?: string }

async function fetched(url: string, asked: Asked): Promise<Fetched> {
  for (let at = url, left = REDIRECTS_MAX; ; left--) {
    const response = await answerTo(at, asked)
    const { statusCode = 0, headers: { location, etag } } = response
    if (statusCode === 304) {
      response.destroy()
      return { kind: 'unchanged' }
    }
    if (statusCode === 200) return { kind: 'content', content: await unpacked(await whole(response)), etag: etag?.slice(0, ETAG_CHARS_MAX) ?? null }
    response.destroy()
    const next = location === undefined ? null : URL.parse(location, at)
    if (statusCode < 300 || statusCode > 399 || next === null) throw failed(url, `the answer was ${statusCode}`)
    if (left === 0) throw failed(url, `there were more than ${REDIRECTS_MAX} redirects`)
    at = next.href
  }
}

function answerTo(url: string, { etag, mayAsk, signal, ca }: Asked): Promise<IncomingMessage> {
  const address = URL.parse(url)
  if (address?.protocol !== 'https:') throw failed(url, 'it leads to an address that is not https')
  const host = address.hostname.replace(/^\[|\]$/g, '')
  // A number is connected to without a look-up.
  if (isIP(host) !== 0 && !mayAsk(host)) throw failed(url, `${host} is not an address that everybody can reach`)
  const options: RequestOptions = {
    headers: { 'User-Agent': 'rota', Accept: 'application/json, application/gzip', ...(etag === null ? {} : { 'If-None-Match': etag }) },
    agent: false, signal, lookup: guardedLookup(mayAsk), ...(ca === undefined ? {} : { ca }),
  }
  return new Promise((resolve, reject) => {
    const sent = request(address, options)
    sent.once('response', resolve)
    sent.once('error', reject)
    // An answer that changes the protocol is given up without an error.
    sent.once('close', () => { reject(new Error('the connection was closed without an answer')) })
    sent.end()
  })
}

/** Of the addresses of a name those that may be asked; none: the connection fails. */
function guardedLookup(mayAsk: (address: string) => boolean): NonNullable<RequestOptions['lookup']> {
  return (hostname, options, done) => {
    lookupName(hostname, { ...options, all: true }, (error, found) => {
      const [first, ...others] = (found ?? []).filter(({ address }) => mayAsk(address))
      if (error) done(error, '')
      else if (first === undefined) done(new Error(`${hostname} has no address that everybody can reach`), '')
      else if (options.all) done(null, [first, ...others])
      else done(null, first.address, first.family)
    })
  }
}

async function whole(response: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = []
  let size = 0
  for await (const part of response as AsyncIterable<Buffer>) {
    size += part.length
    if (size > SENT_BYTES_MAX) {
      response.destroy()
      throw new RotaError('spam/bad-rules', `the rules are larger than ${SENT_BYTES_MAX} bytes`)
    }
    parts.push(part)
  }
  return Buffer.concat(parts)
}

/** A file that was packed as such (RFC 1952), which lists of rules often are. */
async function unpacked(content: Buffer): Promise<Buffer> {
  if (content[0] !== 0x1f || content[1] !== 0x8b) return content
  return unpack(content, { maxOutputLength: UNPACKED_BYTES_MAX }).catch((error: unknown) => {
    throw new RotaError('spam/bad-rules', `the rules cannot be unpacked: ${errorText(error)}`)
  })
}

function failed(url: string, why: string): RotaError {
  return new RotaError('spam/fetch-failed', `${URL.parse(url)?.host ?? 'the address'} gave no rules: ${why}`)
}

/** What belongs to one machine, one network or nobody (RFC 6890 and its registries). */
const NETWORKS: readonly string[] = [
  '0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.0.0.0/24', '192.0.2.0/24', '192.88.99.0/24',
  '192.168.0.0/16', '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24', '224.0.0.0/3',
]
/** 6to4, Teredo and NAT64 hide an IPv4 address of any kind. */
const NETWORKS_6: readonly string[] = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20']
const [special, special6, global6] = [new BlockList(), new BlockList(), new BlockList()]
for (const network of NETWORKS) special.addSubnet(...split(network), 'ipv4')
for (const network of NETWORKS_6) special6.addSubnet(...split(network), 'ipv6')
global6.addSubnet('2000::', 3, 'ipv6')

function split(network: string): [string, number] {
  const [base = '', bits] = network.split('/')
  return [base, Number(bits)]
}

/** Whether everybody on the internet reaches the same machine by it. */
export function isPublic(address: string): boolean {
  switch (isIP(address)) {
    case 4: return !special.check(address, 'ipv4')
    case 6: return global6.check(address, 'ipv6') && !special6.check(address, 'ipv6')
    default: return false
  }
}
