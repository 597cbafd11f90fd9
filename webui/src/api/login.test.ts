import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { Json } from '../../../src/base/json.ts'
import { VirtualClock } from '../../../src/base/virtual-clock.ts'
import { Login, LoginUnreachable, SignedOut } from './login.ts'
import type { Channel, SharedToken } from './tabs.ts'
import { Tabs } from './tabs.ts'

const HOUR_MS = 3_600_000

/** A server that gives token 1, 2, 3, …; `answers` replaces what it says. */
class World {
  readonly clock = new VirtualClock()
  readonly stored = new Map<string, string>()
  readonly asked: Record<string, string>[] = []
  readonly visited: string[] = []
  answers: ((form: Record<string, string>) => { readonly status: number; readonly body: Json } | null)[] = []
  #count = 0
  readonly login: Login
  share: (copyOf: string | null, refused: string | null) => Promise<SharedToken | null> = async () => null

  /** `others`: what another tab answers. */
  constructor(refresh?: string, { mayBeCopy = false, others }: { readonly mayBeCopy?: boolean; readonly others?: (copyOf: string | null, refused: string | null) => Promise<SharedToken | null> } = {}) {
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
      tabs: { ask: others ?? (async () => null), answer: share => { this.share = share } },
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
}

suite('the login', () => {
  test('leads to the login page and back to where it began', async () => {
    const world = new World()
    await assert.rejects(world.login.token(), SignedOut)
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
    await assert.rejects(world.login.token(), SignedOut)
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
    await assert.rejects(world.login.token(), SignedOut)
    assert.deepEqual([states, [...world.stored]], [['leaving'], []])
  })

  test('shows nobody the words of an address that it did not ask for', async () => {
    const world = new World()
    assert.deepEqual(await world.login.finish('?error=x&error_description=call%20555'), { kind: 'foreign' })
  })
})

suite('tabs of one browser', () => {
  test('get their tokens from the one that has the refresh token', async () => {
    const first = new World('refresh0')
    await first.login.token()
    const second = new World(undefined, { others: (copyOf, refused) => first.share(copyOf, refused) })
    assert.equal(await second.login.token(), 'access1')
    assert.equal(second.login.state, 'signedIn')
    assert.equal(second.asked.length, 0)
    assert.equal(await second.share(null, null), null)
  })

  test('get them as well from one that has just signed in', async () => {
    const first = new World(undefined, { mayBeCopy: true })
    await first.login.begin('/')
    await first.login.finish(`?code=c1&state=${new URL(first.visited[0] ?? '', 'http://here').searchParams.get('state') ?? ''}`)
    assert.equal((await first.share(null, null))?.token, 'access1')
  })

  test('tell each other of a token that the server refuses', async () => {
    const first = new World('refresh0')
    await first.login.token()
    const second = new World(undefined, { others: (copyOf, refused) => first.share(copyOf, refused) })
    assert.equal(await second.login.replace(await second.login.token()), 'access2')
    first.answers = [() => ({ status: 400, body: null })]
    await assert.rejects(second.login.replace('access2'), SignedOut)
    assert.equal(first.login.state, 'ended')
  })

  test('take no tokens of somebody else: a page that shows one user never acts as another', async () => {
    const first = new World('refresh0')
    await first.login.token()
    first.login.belongsTo('ada')
    const second = new World(undefined, { others: (copyOf, refused) => first.share(copyOf, refused) })
    await second.login.token()
    second.login.belongsTo('ada')
    assert.equal(await second.login.replace('access1'), 'access2')
    first.login.belongsTo('bob')
    await assert.rejects(second.login.replace('access2'), SignedOut)
    assert.equal(second.login.state, 'ended')
  })

  test('end the login at the server when one of them is left, also one that has no refresh token', async () => {
    const first = new World('refresh0')
    await first.login.token()
    const second = new World(undefined, { others: (copyOf, refused) => first.share(copyOf, refused) })
    await second.login.token()
    await second.login.signOut()
    assert.deepEqual([second.asked.at(-1)?.['path'], second.asked.at(-1)?.['token']], ['/auth/revoke', 'access1'])
  })

  test('do not use the refresh token of the tab that they are a copy of', async () => {
    const first = new World('refresh0')
    await first.login.token()
    const copy = new World('refresh1', { mayBeCopy: true, others: (copyOf, refused) => first.share(copyOf, refused) })
    assert.equal(await copy.login.token(), 'access1')
    assert.equal(copy.asked.length, 0)
    assert.equal(copy.stored.has('rota.refresh'), false)
  })

  test('use their own when nobody else has the same', async () => {
    const first = new World('refresh0')
    await first.login.token()
    const other = new World('refresh9', { mayBeCopy: true, others: (copyOf, refused) => first.share(copyOf, refused) })
    await other.login.token()
    assert.equal(other.asked[0]?.['refresh_token'], 'refresh9')
  })

  test('ask and answer over a channel, and wait for no answer', async () => {
    const clock = new VirtualClock()
    const takers: ((event: { readonly data: unknown }) => void)[] = []
    const channel = (): Channel => {
      let own: ((event: { readonly data: unknown }) => void)[] = []
      return {
        addEventListener: (_, take) => {
          own = [...own, take]
          takers.push(take)
        },
        postMessage: data => { for (const take of takers) if (!own.includes(take)) take({ data }) },
      }
    }
    const [one, other] = [new Tabs(channel(), clock, 'one'), new Tabs(channel(), clock, 'other')]
    other.answer(async copyOf => copyOf === 'theirs' ? null : { token: 't', lifeMs: 5, user: 'ada' })
    assert.deepEqual(await one.ask(null, null), { token: 't', lifeMs: 5, user: 'ada' })
    const silent = one.ask('theirs', null)
    await clock.advance(200)
    assert.equal(await silent, null)
  })
})
