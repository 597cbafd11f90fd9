import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { Json } from '../../../src/base/json.ts'
import { VirtualClock } from '../../../src/base/virtual-clock.ts'
import { Login, LoginUnreachable, SignedOut } from './login.ts'
import type { Channel } from './tabs.ts'
import { Tabs } from './tabs.ts'

const HOUR_MS = 3_600_000
/** So long is waited at most for a tab that is not there. */
const SILENCE_MS = 3_000

/** What the tabs of one browser have in common. */
class Air {
  readonly clock = new VirtualClock()
  readonly #takers: { readonly of: Channel; take(event: { readonly data: unknown }): void }[] = []

  channel(): Channel {
    const own: Channel = {
      addEventListener: (_, take) => { this.#takers.push({ of: own, take }) },
      postMessage: data => { for (const { of, take } of this.#takers) if (of !== own) take({ data: structuredClone(data) }) },
    }
    return own
  }
}

interface WorldOptions { readonly mayBeCopy?: boolean; readonly air?: Air; readonly name?: string }

/** A tab with a server that gives it token 1, 2, 3, …; `answers` replaces what it says. */
class World {
  readonly clock: VirtualClock
  readonly stored = new Map<string, string>()
  readonly asked: Record<string, string>[] = []
  readonly visited: string[] = []
  answers: ((form: Record<string, string>) => { readonly status: number; readonly body: Json } | null | Promise<null>)[] = []
  #count = 0
  readonly login: Login

  constructor(refresh?: string, { mayBeCopy = false, air = new Air(), name = 'tab' }: WorldOptions = {}) {
    this.clock = air.clock
    if (refresh !== undefined) this.stored.set('rota.refresh', refresh)
    this.login = new Login({
      origin: 'http://here', clock: this.clock, crypto: { getRandomValues: bytes => bytes.fill(7) },
      storage: {
        getItem: key => this.stored.get(key) ?? null,
        setItem: (key, value) => { this.stored.set(key, value) },
        removeItem: key => { this.stored.delete(key) },
        clear: () => { this.stored.clear() },
      },
      mayBeCopy,
      tabs: new Tabs(air.channel(), this.clock, name),
      goTo: url => { this.visited.push(url) },
      post: async (path, form) => {
        const sent = { path, ...Object.fromEntries(form) }
        this.asked.push(sent)
        await Promise.resolve()
        const answer = this.answers.shift()
        if (answer !== undefined) return answer(sent)
        this.#count += 1
        return { status: 200, body: { access_token: `access${this.#count}`, refresh_token: `refresh${this.#count}`, expires_in: 3_600 } }
      },
    })
  }

  /** What becomes of a question that may have to wait for silence. */
  async after<T>(ms: number, question: Promise<T>): Promise<T> {
    question.catch(() => undefined)
    await this.clock.advance(ms)
    return question
  }

  token(): Promise<string> {
    return this.after(SILENCE_MS, this.login.token())
  }
}

suite('the login', () => {
  test('leads to the login page and back to where it began', async () => {
    const world = new World()
    await assert.rejects(world.token(), SignedOut)
    assert.equal(world.login.state, 'signedOut')
    await world.login.begin('/manage/tasks?f.status=Failed')
    const page = new URL(world.visited[0] ?? '', 'http://here')
    assert.equal(page.pathname, '/login')
    assert.deepEqual(
      ['client_id', 'redirect_uri', 'response_type', 'code_challenge_method'].map(key => page.searchParams.get(key)),
      ['rota-webui', 'http://here/oauth/callback', 'code', 'plain'],
    )
    const back = await world.login.finish(`?code=c1&state=${page.searchParams.get('state') ?? ''}&iss=x`)
    assert.deepEqual(back, { kind: 'signedIn', returnTo: '/manage/tasks?f.status=Failed' })
    assert.equal(world.asked[0]?.['code_verifier'], page.searchParams.get('code_challenge'))
    assert.equal(world.login.state, 'signedIn')
    assert.equal(await world.login.token(), 'access1')
    assert.equal(world.asked.length, 1)
  })

  test('takes no answer to a question of somebody else, and leads to no other host', async () => {
    const world = new World()
    await world.login.begin('//evil.example/')
    assert.deepEqual(await world.login.finish('?code=c1&state=other'), { kind: 'foreign' })
    assert.equal(world.asked.length, 0)
    const state = new URL(world.visited[0] ?? '', 'http://here').searchParams.get('state') ?? ''
    assert.deepEqual(await world.login.finish(`?code=c1&state=${state}`), { kind: 'signedIn', returnTo: '/' })
  })

  test('goes on after a reload, with a refresh token that is replaced', async () => {
    const world = new World('refresh0')
    assert.equal(await world.login.token(), 'access1')
    assert.deepEqual([world.asked[0]?.['grant_type'], world.asked[0]?.['refresh_token']], ['refresh_token', 'refresh0'])
    assert.equal(world.stored.get('rota.refresh'), 'refresh1')
  })

  test('renews once for all who ask at the same time: a refresh token is worth one use', async () => {
    const world = new World('refresh0')
    const tokens = await Promise.all([world.login.token(), world.login.token(), world.login.replace('old')])
    assert.deepEqual(new Set(tokens), new Set(['access1']))
    assert.equal(world.asked.length, 1)
  })

  test('renews in silence before the token ends', async () => {
    const world = new World('refresh0')
    await world.login.token()
    await world.clock.advance(HOUR_MS - 61_000)
    assert.equal(world.asked.length, 1)
    await world.clock.advance(2_000)
    assert.equal(world.asked.length, 2)
    assert.equal(await world.login.token(), 'access2')
  })

  test('replaces a refused token, unless that has happened already', async () => {
    const world = new World('refresh0')
    const first = await world.login.token()
    assert.equal(await world.login.replace(first), 'access2')
    assert.equal(await world.login.replace(first), 'access2')
  })

  test('is not over when the server is away, and over when it refuses', async () => {
    const world = new World('refresh0')
    world.answers = [() => null, () => ({ status: 503, body: null })]
    await assert.rejects(world.login.token(), LoginUnreachable)
    await assert.rejects(world.login.token(), LoginUnreachable)
    assert.equal(world.stored.get('rota.refresh'), 'refresh0')
    assert.equal(await world.login.token(), 'access1')
    const states: string[] = []
    world.login.watch(() => { states.push(world.login.state) })
    world.answers = [() => ({ status: 400, body: { error: 'invalid_grant' } })]
    await assert.rejects(world.login.replace('access1'), SignedOut)
    assert.deepEqual(states, ['ended'])
    assert.equal(world.stored.has('rota.refresh'), false)
    await assert.rejects(world.token(), SignedOut)
    assert.equal(world.login.state, 'ended')
  })

  test('ends at the server too, and leaves', async () => {
    const world = new World('refresh0')
    await world.login.token()
    await world.login.signOut()
    assert.deepEqual([world.asked.at(-1)?.['path'], world.asked.at(-1)?.['token']], ['/auth/revoke', 'refresh1'])
    assert.match(world.visited[0] ?? '', /^\/auth\/logout\?/)
    assert.equal(world.login.state, 'leaving')
  })

  test('leaves nothing behind, and is not revived by a renewal that was under way', async () => {
    const world = new World('refresh0')
    await world.login.token()
    world.stored.set('rota.draft.Account.new', '{"name":"ada"}')
    const states: string[] = []
    world.login.watch(() => { states.push(world.login.state) })
    const renewal = world.login.renew()
    await Promise.all([assert.rejects(renewal, SignedOut), world.login.signOut()])
    await assert.rejects(world.token(), SignedOut)
    assert.deepEqual([states, [...world.stored]], [['leaving'], []])
  })

  test('shows nobody the words of an address that it did not ask for', async () => {
    const world = new World()
    assert.deepEqual(await world.login.finish('?error=x&error_description=call%20555'), { kind: 'foreign' })
  })
})

suite('tabs of one browser', () => {
  /** One tab with a refresh token, and others that live on its tokens. */
  async function family(...others: readonly string[]): Promise<[World, ...World[]]> {
    return familyIn(new Air(), ...others)
  }
  async function familyIn(air: Air, ...others: readonly string[]): Promise<[World, ...World[]]> {
    const first = new World('refresh0', { air, name: 'first' })
    await first.login.token()
    const worlds = others.map(name => new World(undefined, { air, name }))
    for (const world of worlds) await world.login.token()
    return [first, ...worlds]
  }

  test('get their tokens from the one that has the refresh token', async () => {
    const [, second] = await family('second')
    assert.equal(await second?.login.token(), 'access1')
    assert.equal(second?.login.state, 'signedIn')
    assert.equal(second.asked.length, 0)
  })

  test('get them as well from one that has just signed in', async () => {
    const air = new Air()
    const first = new World(undefined, { mayBeCopy: true, air, name: 'first' })
    await first.login.begin('/')
    await first.login.finish(`?code=c1&state=${new URL(first.visited[0] ?? '', 'http://here').searchParams.get('state') ?? ''}`)
    assert.equal(await new World(undefined, { air }).login.token(), 'access1')
  })

  test('follow each renewal: nobody is signed out by the end of a token, hour after hour', async () => {
    const [first, second] = await family('second')
    const states: string[] = []
    second?.login.watch(() => { states.push(second.login.state) })
    for (let hours = 1; hours <= 5; hours++) {
      await first.clock.advance(HOUR_MS)
      assert.equal(await second?.login.token(), await first.login.token())
    }
    assert.deepEqual([states, second?.asked.length], [[], 0])
  })

  test('wait for a renewal that takes long, and for a server that is away', async () => {
    const [first, second] = await family('second')
    await first.clock.advance(HOUR_MS - 70_000)
    const late = Promise.withResolvers<null>()
    first.answers = [() => late.promise]
    await first.clock.advance(30_000)
    // The old token holds for half a minute yet.
    late.resolve(null)
    assert.equal(await second?.after(30_000, second.login.token()), 'access1')
    first.answers = [() => ({ status: 503, body: null })]
    await assert.rejects(second?.login.replace('access1') ?? Promise.resolve(), LoginUnreachable)
    assert.equal(second?.login.state, 'signedIn')
    assert.equal(await second.login.token(), 'access2')
  })

  test('tell each other of a token that the server refuses', async () => {
    const [first, second] = await family('second')
    assert.equal(await second?.login.replace(await second.login.token()), 'access2')
    first.answers = [() => ({ status: 400, body: null })]
    await assert.rejects(second?.login.replace('access2') ?? Promise.resolve(), SignedOut)
    assert.deepEqual([first.login.state, second?.login.state], ['ended', 'ended'])
  })

  test('get a token that holds after one was refused: what has overrun is not handed out again', async () => {
    const [first, second] = await family('second')
    assert.equal(await second?.login.replace('access1'), 'access2')
    // As a browser does with the timers of a tab that nobody sees: the renewal comes late.
    first.answers = [() => null]
    await first.clock.advance(HOUR_MS)
    assert.equal(await first.login.replace('access1'), 'access3')
    assert.equal(await second?.login.token(), 'access3')
  })

  test('go on with the old token when the other tab is silent, until the server refuses it', async () => {
    const air = new Air()
    const first = new World('refresh0', { air, name: 'first' })
    await first.login.token()
    const second = new World(undefined, { air, name: 'second' })
    await second.login.token()
    first.stored.clear() // As if its process had been killed.
    await air.clock.advance(2 * HOUR_MS)
    assert.equal(await second.token(), 'access1')
    assert.equal(second.login.state, 'signedIn')
    await assert.rejects(second.after(SILENCE_MS, second.login.replace('access1')), SignedOut)
    assert.equal(second.login.state, 'ended')
  })

  test('hand the refresh token over when the one that has it is left', async () => {
    const air = new Air()
    const [first, second, third] = await familyIn(air, 'second', 'third')
    second?.login.handOver()
    first.login.handOver()
    assert.equal(first.stored.has('rota.refresh'), false)
    await first.clock.advance(HOUR_MS)
    assert.equal(third?.asked[0]?.['refresh_token'], 'refresh1', 'the last that asked and is there still')
    assert.equal(second?.stored.has('rota.refresh'), false)
    assert.equal(await second?.login.token(), await third.login.token())
    // It comes back, as after a reload.
    assert.equal(await new World(undefined, { air, name: 'again' }).login.token(), await third.login.token())
  })

  test('keep the refresh token over a reload when there is no other tab', async () => {
    const world = new World('refresh0')
    await world.login.token()
    world.login.handOver()
    assert.equal(world.stored.get('rota.refresh'), 'refresh1')
  })

  test('take no tokens of somebody else: a page that shows one user never acts as another', async () => {
    const [first, second] = await family('second')
    first.login.belongsTo('ada')
    second?.login.belongsTo('ada')
    assert.equal(await second?.login.replace('access1'), 'access2')
    first.login.belongsTo('bob')
    await assert.rejects(second?.login.replace('access2') ?? Promise.resolve(), SignedOut)
    assert.equal(second?.login.state, 'ended')
  })

  test('end the login at the server when one of them is left, also one that has no refresh token', async () => {
    const [, second] = await family('second')
    await second?.login.signOut()
    assert.deepEqual([second?.asked.at(-1)?.['path'], second?.asked.at(-1)?.['token']], ['/auth/revoke', 'access1'])
  })

  test('do not use the refresh token of the tab that they are a copy of', async () => {
    const air = new Air()
    const first = new World('refresh0', { air, name: 'first' })
    await first.login.token()
    const copy = new World('refresh1', { air, name: 'copy', mayBeCopy: true })
    first.answers = [() => null]
    first.login.replace('access1').catch(() => undefined)
    await assert.rejects(copy.login.token(), LoginUnreachable)
    assert.equal(await copy.login.token(), 'access2')
    assert.equal(copy.asked.length, 0)
    assert.equal(copy.stored.has('rota.refresh'), false)
  })

  test('use their own when nobody else has the same', async () => {
    const air = new Air()
    await new World('refresh0', { air, name: 'first' }).login.token()
    const other = new World('refresh9', { air, name: 'other', mayBeCopy: true })
    await other.token()
    assert.equal(other.asked[0]?.['refresh_token'], 'refresh9')
  })
})
