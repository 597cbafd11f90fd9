import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { after, before, suite, test } from 'node:test'
import { promisify } from 'node:util'
import { systemClock } from '../../base/clock.ts'
import { bindMissing, keyOf, startBind, ZONE } from '../../../test/support/bind.ts'
import type { BindServer } from '../../../test/support/bind.ts'
import { spreadOf } from './propagation.ts'
import { mx, sameRecords, srv, textOf, tlsa, txt } from './record.ts'
import { TSIG_ALGORITHMS } from './tsig.ts'
import type { TsigAlgorithm } from './tsig.ts'

const { signal } = new AbortController()

suite('a BIND that takes dynamic updates', { skip: bindMissing() }, () => {
  let bind: BindServer
  before(async () => { bind = await startBind(['mail IN A 127.0.0.1', 'mail2 IN A 127.0.0.1', 'shared IN TXT "site-verification=1"', 'shared IN TXT "v=spf1 -all"', '*.wild IN TXT "wild"']) })
  after(() => bind.stop())

  const dig = async (owner: string, type: string): Promise<string[]> => {
    const { stdout } = await promisify(execFile)('dig', ['@127.0.0.1', '-p', String(bind.port), '+short', '+tries=1', owner, type])
    return stdout.trim().split('\n').sort()
  }
  const put = async (owner: string, records: Parameters<ReturnType<BindServer['updater']>['replace']>[2]['records'], before: typeof records = []) =>
    bind.updater().replace(owner, records[0]?.type ?? 'TXT', { ttlS: 60, records, before }, signal)

  test('puts, exchanges and removes records of every type that is written here', async () => {
    const long = `v=DKIM1; p=${'A'.repeat(400)}`
    for (const [owner, type, records, shown] of [
      ['mx', 'MX', [mx(10, `mail.${ZONE}`), mx(20, `mail2.${ZONE}`)], [`10 mail.${ZONE}.`, `20 mail2.${ZONE}.`]],
      ['_jmap._tcp', 'SRV', [srv(0, 1, 443, `mail.${ZONE}`)], [`0 1 443 mail.${ZONE}.`]],
      ['_25._tcp.mail', 'TLSA', [tlsa(3, 1, 1, Buffer.alloc(32, 7))], [`3 1 1 ${'07'.repeat(28)} ${'07'.repeat(4)}`]],
      ['long._domainkey', 'TXT', [txt(long)], [`"${long.slice(0, 255)}" "${long.slice(255)}"`]],
    ] as const) {
      const name = `${owner}.${ZONE}`
      assert.deepEqual(await put(name, records), { kind: 'written' }, owner)
      assert.deepEqual(await dig(name, type), shown)
      const read = await bind.updater().read(name, type, signal)
      assert.ok(read.kind === 'rrset' && read.ttlS === 60 && sameRecords(read.records, records), owner)
      assert.deepEqual(await bind.updater().remove(name, type, read.records, signal), { kind: 'written' })
      assert.deepEqual(await bind.updater().read(name, type, signal), { kind: 'rrset', ttlS: 0, records: [] })
    }
  })

  test('signs and verifies with every algorithm, over UDP and TCP', async () => {
    for (const algorithm of Object.keys(TSIG_ALGORITHMS) as TsigAlgorithm[]) {
      for (const protocol of ['udp', 'tcp'] as const) {
        const updater = bind.updater({ key: keyOf(algorithm), protocol })
        const owner = `${algorithm}.${protocol}.${ZONE}`
        assert.deepEqual(await updater.replace(owner, 'TXT', { ttlS: 60, records: [txt('x')], before: [] }, signal), { kind: 'written' })
        const read = await updater.read(owner, 'TXT', signal)
        assert.deepEqual(read.kind === 'rrset' ? read.records.map(textOf) : read, ['x'])
      }
    }
  })

  test('what was read is what is replaced: an entry that came meanwhile is not lost', async () => {
    const owner = `shared.${ZONE}`
    const read = await bind.updater().read(owner, 'TXT', signal)
    assert.ok(read.kind === 'rrset')
    assert.deepEqual(read.records.map(textOf).sort(), ['site-verification=1', 'v=spf1 -all'])
    const more = [...read.records, txt('somebody else')]
    assert.deepEqual(await put(owner, more, read.records), { kind: 'written' })
    const late = await put(owner, [txt('v=spf1 mx ~all')], read.records)
    assert.deepEqual(late.kind === 'failure' && [late.cause, late.permanent], ['changed', false])
    assert.equal((await dig(owner, 'TXT')).length, 3)
    const fresh = await put(`wild.${ZONE}`, [txt('a')])
    assert.equal(fresh.kind, 'written')
    const second = await put(`wild.${ZONE}`, [txt('b')])
    assert.equal(second.kind === 'failure' && second.cause, 'changed')
  })

  test('an answer that does not fit a packet comes over TCP', async () => {
    const owner = `large.${ZONE}`
    const records = Array.from({ length: 20 }, (_, nth) => txt(`${nth} ${'y'.repeat(100)}`))
    assert.deepEqual(await put(owner, records), { kind: 'written' })
    const read = await bind.updater().read(owner, 'TXT', signal)
    assert.ok(read.kind === 'rrset' && sameRecords(read.records, records))
  })

  test('each refusal is told from the others, and whether a repeat may help', async () => {
    const early = { ...systemClock, now: () => systemClock.now() - 3_650_000 }
    const cases = [
      ['badKey', true, { key: { ...keyOf(), name: 'nobody.key' } }],
      ['badSig', true, { key: { ...keyOf(), secret: Buffer.from('another') } }],
      ['badTime', false, { clock: early }],
      ['refused', true, { key: { ...keyOf(), name: 'reader.key' } }],
      ['notAuthoritative', true, { zone: 'test' }],
    ] as const
    for (const [cause, permanent, more] of cases) {
      const end = await bind.updater(more).replace(`cases.${ZONE}`, 'TXT', { ttlS: 60, records: [txt('x')], before: [] }, signal)
      assert.deepEqual(end.kind === 'failure' ? [end.cause, end.permanent] : end, [cause, permanent])
      assert.match(end.kind === 'failure' ? end.text : '', new RegExp(`the DNS server 127.0.0.1:${bind.port}`))
    }
    const skewed = await bind.updater({ clock: early }).read(ZONE, 'NS', signal)
    assert.match(skewed.kind === 'failure' ? skewed.text : '', /36\d\d s later than here/)
    const outside = await bind.updater().replace('example.org', 'TXT', { ttlS: 60, records: [txt('x')], before: [] }, signal)
    assert.equal(outside.kind === 'failure' && outside.cause, 'notZone')
    const other = await bind.updater().read('example.org', 'TXT', signal)
    assert.equal(other.kind === 'failure' && other.cause, 'refused')
    assert.deepEqual(await dig(`cases.${ZONE}`, 'TXT'), [''])
  })

  test('a record is everywhere when the name servers of the zone have it', async () => {
    const owner = `spread.${ZONE}`
    const options = { zone: ZONE, endpoint: { host: '127.0.0.1', port: bind.port, protocol: 'udp' as const }, updater: bind.updater(), clock: systemClock }
    assert.deepEqual(await spreadOf(owner, txt('here'), options, signal), { kind: 'missing', at: [`ns1.${ZONE}`] })
    await put(owner, [txt('here')])
    assert.deepEqual(await spreadOf(owner, txt('here'), options, signal), { kind: 'everywhere' })
  })
})
