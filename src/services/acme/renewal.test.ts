/** A renewal with an authority that does not keep to what was asked. With one that does: test/scenario. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AcmeWorld } from '../../../test/support/acme-world.ts'
import type { JsonObject } from '../../base/json.ts'
import { VirtualClock } from '../../base/virtual-clock.ts'
import type { AcmeAnswer, Exchange } from './exchange.ts'

const ORIGIN = 'https://authority.example'
const NAMES = ['mail.example.org', 'mx.example.org']

/** An order of two names, whose authorizations are these. `problems`: with what it refuses, by path. */
function authority(authorizations: readonly JsonObject[], problems: Readonly<Record<string, string>> = {}) {
  const asked: string[] = []
  const documents: Readonly<Record<string, JsonObject>> = {
    '/dir': { newNonce: `${ORIGIN}/nonce`, newAccount: `${ORIGIN}/account`, newOrder: `${ORIGIN}/order` },
    '/account': {},
    '/order': {
      status: 'pending', identifiers: NAMES.map(value => ({ type: 'dns', value })), finalize: `${ORIGIN}/finalize`,
      authorizations: authorizations.map((_each, nth) => `${ORIGIN}/authorization/${nth}`),
    },
    ...Object.fromEntries(authorizations.map((each, nth) => [`/authorization/${nth}`, each])),
  }
  const exchange = (): Exchange => ({ url }): Promise<AcmeAnswer> => {
    const { pathname } = new URL(url)
    asked.push(pathname)
    const headers: Readonly<Record<string, string>> = { 'replay-nonce': 'bm9uY2U', location: `${ORIGIN}${pathname}` }
    const problem = problems[pathname]
    const body = Buffer.from(JSON.stringify(problem === undefined ? documents[pathname] ?? {} : { type: `urn:ietf:params:acme:error:${problem}` }))
    return Promise.resolve({ status: problem === undefined ? 200 : 400, body, header: name => headers[name] ?? null })
  }
  return { asked, exchange }
}

const authorization = (value: string, more: JsonObject = {}): JsonObject => ({
  identifier: { type: 'dns', value }, status: 'pending',
  challenges: [{ type: 'http-01', url: `${ORIGIN}/challenge/${value}`, token: 'a-token-of-the-authority', status: 'pending' }], ...more,
})

for (const [what, other] of [
  ['another name', authorization('other.example.org')],
  ['all names under one that was ordered', authorization('mx.example.org', { wildcard: true })],
  ['another name that is proven already', authorization('other.example.org', { status: 'valid' })],
] as const) {
  test(`nothing is shown to an authority that wants a proof for ${what}`, async () => {
    const { asked, exchange } = authority([authorization('mail.example.org'), other])
    const given: string[] = []
    const world = await AcmeWorld.open(new VirtualClock(), { directory: `${ORIGIN}/dir` }, {}, NAMES)
    const node = world.node(exchange, {
      give: ({ name }) => { given.push(name); return Promise.resolve({ kind: 'given' }) }, takeBack: () => Promise.resolve(null),
    })
    const failed = await world.step(node)
    assert.ok(failed.kind === 'failed' && !failed.permanent, JSON.stringify(failed))
    assert.match(failed.why, /an authorization for a name that was not ordered: (other|mx)\.example\.org$/)
    assert.deepEqual(given, ['mail.example.org'])
    assert.ok(!asked.some(path => path.startsWith('/challenge/') && !path.endsWith('mail.example.org')))
    await world.step(node)
    assert.equal(asked.filter(path => path === '/order').length, 4, 'the next attempt is for another order: each is asked for and looked at')
  })
}

test('a proof that cannot be taken away keeps the task, though there is nothing else to do', async () => {
  const { asked, exchange } = authority([])
  const world = await AcmeWorld.open(new VirtualClock(), { directory: `${ORIGIN}/dir` }, { certificateManagement: { '@type': 'Manual' } }, NAMES)
  const ends: (string | null)[] = ['it is still there', null]
  const node = world.node(exchange, { give: () => Promise.reject(new Error('nothing is wanted')), takeBack: () => Promise.resolve(ends.shift() ?? null) })
  assert.deepEqual(await world.step(node), { kind: 'failed', permanent: false, why: 'it is still there', afterMs: 3_600_000, attemptsMax: 10 })
  assert.equal((await world.step(node)).kind, 'nothing')
  assert.deepEqual(asked, [])
})

test('a proof that cannot be taken away keeps a task that would have failed, until it is gone', async () => {
  const { exchange } = authority([authorization('mail.example.org')])
  const world = await AcmeWorld.open(new VirtualClock(), { directory: `${ORIGIN}/dir`, challengeType: 'TlsAlpn01' }, {}, NAMES)
  const ends: (string | null)[] = ['it is still there', null]
  const node = world.node(exchange, { give: () => Promise.reject(new Error('nothing is offered')), takeBack: () => Promise.resolve(ends.shift() ?? null) })
  const [first, second] = [await world.step(node), await world.step(node)]
  assert.ok(first.kind === 'failed' && second.kind === 'failed')
  assert.deepEqual([first.permanent, first.afterMs, second.permanent], [false, 3_600_000, true])
  assert.equal(first.why, `${second.why}; it is still there`)
})

test('the hour of the authority begins when the proof has come to where it looks', async () => {
  const { asked, exchange } = authority([authorization('mail.example.org')])
  const clock = new VirtualClock()
  const world = await AcmeWorld.open(clock, { directory: `${ORIGIN}/dir` }, {}, NAMES)
  let spreads = true
  const node = world.node(exchange, {
    give: () => Promise.resolve(spreads ? { kind: 'spreads', why: 'it is on its way', afterMs: 1_000 } : { kind: 'given' }), takeBack: () => Promise.resolve(null),
  })
  const kinds: string[] = []
  for (let halfHours = 0; halfHours < 6; halfHours++) {
    spreads = halfHours < 4
    kinds.push((await world.step(node)).kind)
    await clock.advance(1_800_000)
  }
  const last = await world.step(node)
  assert.deepEqual(kinds, Array.from({ length: 6 }, () => 'waits'))
  assert.ok(last.kind === 'failed')
  assert.match(last.why, /nothing has come of an order within an hour/)
  assert.equal(asked.filter(path => path === '/order').length, 8, 'one order, and seven looks')
})

test('an authority that has looked by then takes no second word for it, and its own is waited for', async () => {
  const step = async (problem: string) => {
    const { exchange } = authority([authorization('mail.example.org')], { '/challenge/mail.example.org': problem })
    const world = await AcmeWorld.open(new VirtualClock(), { directory: `${ORIGIN}/dir` }, {}, NAMES)
    return (await world.step(world.node(exchange))).kind
  }
  assert.deepEqual([await step('malformed'), await step('serverInternal')], ['waits', 'failed'])
})
