/**
 * Remote addresses: their one spelling, the network that failed logins are counted for, and lists of allowed
 * networks.
 */
import { BlockList, isIP } from 'node:net'

const IPV6_GROUPS = 8
const IPV6_NETWORK_GROUPS = 4

/**
 * IPv4 that came through an IPv6 socket (`::ffff:192.0.2.1`) is IPv4; a zone (`%eth0`) means nothing
 * elsewhere.
 */
export function plainAddress(remote: string): string {
  const [address = ''] = remote.split('%')
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)
  return mapped?.[1] ?? address
}

/** Whom failures count against: one IPv4 address, or an IPv6 /64, of which one customer has at least one. */
export function failureSource(remote: string): string {
  const address = plainAddress(remote)
  if (isIP(address) !== 6) return address
  const [head = '', tail] = address.split('::')
  const left = head.split(':').filter(group => group !== '')
  const right = (tail ?? '').split(':').filter(group => group !== '')
  const zeros = Array.from({ length: Math.max(0, IPV6_GROUPS - left.length - right.length) }, () => '0')
  const groups = tail === undefined ? left : [...left, ...zeros, ...right]
  const network = groups.slice(0, IPV6_NETWORK_GROUPS).map(group => Number.parseInt(group, 16).toString(16))
  return `${network.join(':')}::/64`
}

/**
 * Whether a credential may be used from `remote`. `networks` are addresses or `address/bits`; an empty list
 * allows every address, an entry that cannot be read allows none.
 */
export function isAllowedFrom(networks: readonly string[], remote: string): boolean {
  if (networks.length === 0) return true
  const address = plainAddress(remote)
  const version = isIP(address)
  if (version === 0) return false
  const list = new BlockList()
  for (const network of networks) {
    const [base = '', bits] = network.split('/')
    const six = isIP(base) === 6
    const bitsMax = six ? 128 : 32
    const prefix = Number(bits ?? bitsMax)
    const readable = isIP(base) !== 0 && Number.isInteger(prefix) && prefix >= 0 && prefix <= bitsMax
    if (readable) list.addSubnet(base, prefix, six ? 'ipv6' : 'ipv4')
  }
  return list.check(address, version === 6 ? 'ipv6' : 'ipv4')
}
