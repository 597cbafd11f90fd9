/** What only one of many requests may get, on each store: a code that many redeem, a refresh token that many use. */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { systemClock } from '../../src/base/clock.ts'
import { idSource } from '../../src/base/ids.ts'
import { silentLog } from '../../src/base/log.ts'
import { Auth } from '../../src/services/auth/auth.ts'
import { GRANTS_PER_ACCOUNT_MAX, GRANT_OBJECT } from '../../src/services/auth/oauth/grants.ts'
import type { Issued } from '../../src/services/auth/oauth/grants.ts'
import { OAuth } from '../../src/services/auth/oauth/oauth.ts'
import { judgeAuthorization } from '../../src/services/auth/oauth/request.ts'
import { USES_MAX } from '../../src/services/auth/oauth/rotation.ts'
import { Directory } from '../../src/services/directory/directory.ts'
import { openMemoryStore } from '../../src/store/memory/store.ts'
import { openPostgresStore } from '../../src/store/postgres/store.ts'
import { openSqliteStore } from '../../src/store/sqlite/store.ts'
import type { Store } from '../../src/store/store.ts'
import { cheapHash } from '../support/people.ts'
import { postgresMissing, sharedPostgres, stopSharedPostgres } from '../support/postgres.ts'

const clock = systemClock
const AT_ONCE = 8
const HERE = '192.0.2.1'
const CALLBACK = 'https://mail.example.org/admin/oauth/callback'
const CLIENT = 'stalwart-webui'
const VERIFIER = 'v'.repeat(64)

interface Opened { readonly store: Store; readonly remove: () => Promise<void> }

async function memory(): Promise<Opened> {
  return { store: await openMemoryStore({ clock }), remove: () => Promise.resolve() }
}

async function sqlite(): Promise<Opened> {
  const dataDir = await mkdtemp(join(tmpdir(), 'rota-login-'))
  return { store: await openSqliteStore({ dataDir, clock }), remove: () => rm(dataDir, { recursive: true }) }
}

async function postgres(): Promise<Opened> {
  const url = await (await sharedPostgres()).freshDatabase()
  return { store: await openPostgresStore({ url, clock, log: silentLog }), remove: stopSharedPostgres }
}

const STORES = [['memory', memory, false], ['SQLite', sqlite, false], ['PostgreSQL', postgres, postgresMissing()]] as const
for (const [name, prepare, skip] of STORES) {
  describe(`logins on ${name}`, { skip }, () => {
    let opened: Opened
    let oauth: OAuth
    before(async () => {
      opened = await prepare()
      const { store } = opened
      const ids = idSource(1, clock)
      await store.transact(async ({ objects }) => {
        const [domainId, accountId] = [ids.next(), ids.next()]
        const nameOf = (value: string) => ({ field: 'name', value, unique: true })
        await objects.insert('Domain', domainId, { name: 'example.org', isEnabled: true }, [nameOf('example.org')], [])
        const credentials = { 0: { '@type': 'Password', secret: cheapHash('wonderful') } }
        const jane = { '@type': 'User', name: 'jane', domainId, credentials }
        await objects.insert('Account', accountId, jane, [nameOf('jane')], [])
      })
      const auth = new Auth({ store, directory: new Directory(store), permissionsOf: () => new Set(), clock, log: silentLog })
      oauth = new OAuth({ store, auth, ids, clock, log: silentLog })
    })
    after(async () => {
      await opened.store.close()
      await opened.remove()
    })

    async function code(): Promise<string> {
      const parameters = {
        response_type: 'code', client_id: CLIENT, redirect_uri: CALLBACK, code_challenge: VERIFIER,
        code_challenge_method: 'plain',
      }
      const request = judgeAuthorization(new Map(Object.entries(parameters)), 'https://mail.example.org')
      assert.ok(request.kind === 'accepted')
      return (await oauth.authorize(request, 'jane', 'wonderful', HERE)).code
    }

    /** What is given to so many who send the same form at once. */
    async function atOnce(times: number, form: Record<string, string>): Promise<Issued[]> {
      const whole = new Map(Object.entries({ client_id: CLIENT, redirect_uri: CALLBACK, code_verifier: VERIFIER, ...form }))
      const replies = await Promise.all(Array.from({ length: times }, () => oauth.token(whole, HERE)))
      return replies.flatMap(reply => reply.kind === 'issued' ? [reply.tokens] : [])
    }
    const redeem = async (times = 1) => atOnce(times, { grant_type: 'authorization_code', code: await code() })
    const refresh = (times: number, { refreshToken }: Issued) =>
      atOnce(times, { grant_type: 'refresh_token', refresh_token: refreshToken })
    const works = ({ accessToken }: Issued) => oauth.bearer(accessToken, HERE).then(() => true, () => false)

    test('a code that many redeem at once gives one pair of tokens, which do not last', async () => {
      for (let round = 0; round < 5; round++) {
        const given = await redeem(AT_ONCE)
        assert.equal(given.length, 1)
        for (const tokens of given) assert.equal(await works(tokens), false)
      }
    })

    test('a refresh token that many use at once gives so many tokens as it may, and then ends the login', async () => {
      const [first] = await redeem()
      assert.ok(first)
      const few = await refresh(USES_MAX, first)
      assert.equal(few.length, USES_MAX)
      for (const tokens of few) assert.equal(await works(tokens), true)
      const [next] = few
      assert.ok(next)
      assert.equal((await refresh(AT_ONCE, next)).length, USES_MAX)
      assert.equal(await works(next), false)
    })

    test('many logins at once keep to the limit of the account', async () => {
      const codes: string[] = []
      for (let each = 0; each < GRANTS_PER_ACCOUNT_MAX + AT_ONCE; each++) {
        codes.push(await code())
        if (codes.length < AT_ONCE) continue
        const forms = codes.splice(0).map(code => ({ grant_type: 'authorization_code', code }))
        const given = await Promise.all(forms.map(form => atOnce(1, form)))
        assert.equal(given.flat().length, AT_ONCE)
      }
      assert.equal(await opened.store.read(tx => tx.objects.count(GRANT_OBJECT, [])), GRANTS_PER_ACCOUNT_MAX)
    })
  })
}
