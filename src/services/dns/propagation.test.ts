import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import type { Socket } from 'node:dgram'
import { once } from 'node:events'
import { afterEach, test } from 'node:test'
import { systemClock } from '../../base/clock.ts'
import type { DnsUpdater } from './dns-updater.ts'
import { CLASS, resource } from './message.ts'
import { encodeName } from './name.ts'
import { spreadOf } from './propagation.ts'
import { RECORD_TYPES, txt } from './record.ts'
import type { DnsRecord } from './record.ts'

const OWNER = 'k._domainkey.example.org'
const RECORD = txt('v=DKIM1; p=AAAA')
const { signal } = new AbortController()
const open: Socket[] = []
afterEach(() => { for (const each of open.splice(0)) each.close() })

/** A name server that has these records of any name; `flags` of its answers. */
async function nameServer(records: readonly DnsRecord[], flags = 0x8400): Promise<number> {
  const socket = createSocket('udp4')
  open.push(socket)
  socket.on('message', (question, { port, address }) => {
    const head = Buffer.from(question)
    head.writeUInt16BE(flags, 2)
    head.writeUInt16BE(records.length, 6)
    socket.send(Buffer.concat([head, ...records.map(({ rdata }) => resource(OWNER, RECORD_TYPES.TXT, CLASS.IN, 1, rdata))]), port, address)
  })
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  return socket.address().port
}

/** A zone with these name servers, whose addresses are asked of the zone where they lie in it. */
function zone(names: readonly string[], inside: Readonly<Record<string, string>> = {}): Pick<DnsUpdater, 'read'> {
  return {
    async read(owner, type) {
      const address = inside[owner]
      const rdata = type === 'NS' ? names.map(encodeName) : type === 'A' && address !== undefined ? [Buffer.from(address.split('.').map(Number))] : []
      return { kind: 'rrset', ttlS: 1, records: rdata.map(each => ({ type, rdata: each })) }
    },
  }
}

/** Addresses outside of the zone are those of the primary, which may be asked wherever it is. */
async function spread(updater: Pick<DnsUpdater, 'read'>, port: number, found: Readonly<Record<string, readonly string[]>> = {}) {
  const asked: string[] = []
  const end = await spreadOf(OWNER, RECORD, {
    zone: 'example.org', updater, clock: systemClock, endpoint: { host: '127.0.0.1', port, protocol: 'udp' },
    addresses: async host => {
      asked.push(host)
      return found[host] ?? []
    },
  }, signal)
  return { end, asked }
}

test('a record is everywhere when every server that answers has it, among others or alone', async () => {
  const port = await nameServer([txt('other'), RECORD])
  assert.deepEqual(await spread(zone(['ns1.example.org'], { 'ns1.example.org': '127.0.0.1' }), port), { end: { kind: 'everywhere' }, asked: [] })
  const outside = await spread(zone(['ns.elsewhere.net']), port, { 'ns.elsewhere.net': ['127.0.0.1'] })
  assert.deepEqual(outside, { end: { kind: 'everywhere' }, asked: ['ns.elsewhere.net'] })
})

test('a server without it is named, and so is one that has another', async () => {
  for (const records of [[], [txt('v=DKIM1; p=BBBB')]]) {
    const { end } = await spread(zone(['ns1.example.org'], { 'ns1.example.org': '127.0.0.1' }), await nameServer(records))
    assert.deepEqual(end, { kind: 'missing', at: ['ns1.example.org'] })
  }
})

test('an answer that is no authority’s counts for nothing', async () => {
  const { end } = await spread(zone(['ns1.example.org'], { 'ns1.example.org': '127.0.0.1' }), await nameServer([RECORD], 0x8000))
  assert.deepEqual(end, { kind: 'unknown', why: 'no name server of the zone answers' })
})

test('a zone leads nowhere inside of this machine', async () => {
  const port = await nameServer([RECORD])
  for (const address of ['127.0.0.2', '0.0.0.0', '169.254.169.254', '224.0.0.1', '::1', '::', 'fe80::1', '::ffff:127.0.0.1']) {
    const { end } = await spread(zone(['ns.elsewhere.net']), port, { 'ns.elsewhere.net': [address] })
    assert.deepEqual(end, { kind: 'unknown', why: 'no name server of example.org has an address that can be asked' }, address)
  }
})
