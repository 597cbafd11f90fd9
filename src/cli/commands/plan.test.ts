/** snapshot and apply, from words on the command line to calls on a socket and back. */
import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, suite, test } from 'node:test'
import type { Json, JsonObject } from '../../base/json.ts'
import { isJsonObject } from '../../base/json.ts'
import type { CliOptions, Ran } from '../../../test/support/cli.ts'
import { runCli } from '../../../test/support/cli.ts'
import { API_SCHEMA } from '../../../test/support/api-schema.ts'
import { JmapServer } from '../../../test/support/jmap-server.ts'

const ROLE = { name: 'edge', description: null, duties: { '@type': 'EnableAll' }, listenerIds: { l2: true, l1: true } }
const LISTENER = { protocol: 'smtp', tlsImplicit: false, maxMessage: 1_000 }
const OBJECTS: Readonly<Record<string, readonly JsonObject[]>> = {
  'x:TaskManager': [{ id: 'singleton', maxAttempts: 3, strategy: { '@type': 'FixedDelay', delay: 60_000 }, totalDeadline: 21_600_000 }],
  'x:NetworkListener': [
    { id: 'l2', name: 'smtp', bind: { '[::]:25': true, '0.0.0.0:25': true }, ...LISTENER },
    { id: 'l1', name: 'http', bind: { '[::]:80': true }, ...LISTENER, protocol: 'http' },
  ],
  'x:ClusterRole': [{ id: 'r1', ...ROLE }],
  'x:Account': [{
    id: 'a1', '@type': 'User', name: 'alice', aliases: { 0: { name: 'al', enabled: true } }, quotas: { maxDiskQuota: 5 },
    secret: '****', createdAt: '2026-01-01T00:00:00Z',
  }],
}
const PLAN = `${[
  '{"@type":"upsert","object":"Account","matchOn":["name"],"value":{"account-a1":{"@type":"User","name":"alice",'
    + '"aliases":{"0":{"name":"al","enabled":true}},"quotas":{"maxDiskQuota":5}}}}',
  '{"@type":"upsert","object":"NetworkListener","matchOn":["name"],"value":{"networklistener-l1":{"name":"http",'
    + '"protocol":"http","bind":{"[::]:80":true},"tlsImplicit":false,"maxMessage":1000}}}',
  '{"@type":"upsert","object":"NetworkListener","matchOn":["name"],"value":{"networklistener-l2":{"name":"smtp",'
    + '"protocol":"smtp","bind":{"0.0.0.0:25":true,"[::]:25":true},"tlsImplicit":false,"maxMessage":1000}}}',
  '{"@type":"upsert","object":"ClusterRole","matchOn":["name"],"value":{"clusterrole-r1":{"name":"edge","description":null,'
    + '"duties":{"@type":"EnableAll"},"listenerIds":{"#networklistener-l1":true,"#networklistener-l2":true}}}}',
  '{"@type":"update","object":"TaskManager","value":{"maxAttempts":3,"strategy":{"@type":"FixedDelay","delay":60000},'
    + '"totalDeadline":21600000}}',
].join('\n')}\n`
const sorted = (text: string): string[] => text.trimEnd().split('\n').toSorted()

let server: JmapServer
let folder: string
beforeEach(async () => {
  server = await JmapServer.start({ objects: OBJECTS, objectsMax: 2 })
  folder = await mkdtemp(join(tmpdir(), 'rota-plan-'))
})
afterEach(async () => {
  await server.stop()
  await rm(folder, { recursive: true, force: true })
})

const rota = (line: string, options: CliOptions = {}): Promise<Ran> => runCli(line.split(' '), { server, ...options })
const apply = (plan: string, ...more: readonly string[]): Promise<Ran> =>
  runCli(['apply', '--stdin', ...more], { server, stdin: plan })
const line = (value: JsonObject): string => `${JSON.stringify(value)}\n`
const upsert = (object: string, value: JsonObject, more: JsonObject = {}): string => line({ '@type': 'upsert', object, ...more, value })
const sets = (): JsonObject[] => server.calls.filter(({ name }) => name.endsWith('/set')).map(({ args }) => args)
const json = (text: string): Json[] => text.split('\n').filter(Boolean).map(entry => JSON.parse(entry) as Json)

suite('snapshot', () => {
  test('writes what it refers to first, then by id, without secrets and what the server sets', async () => {
    const { code, stdout, stderr } = await rota('snapshot account network-listener cluster-role task-manager')
    assert.equal(code, 0, stderr)
    assert.deepEqual(sorted(stdout), sorted(PLAN))
    const objects = stdout.trimEnd().split('\n').map(text => (JSON.parse(text) as JsonObject)['value'] as JsonObject)
    const refs = objects.flatMap(value => Object.keys(value)).filter(ref => /-/.test(ref))
    assert.deepEqual(refs.filter(ref => !ref.startsWith('account')), ['networklistener-l1', 'networklistener-l2', 'clusterrole-r1'])
    assert.equal(stderr, 'left out because they are secret: Account.secret\n')
    assert.equal((await rota('snapshot account network-listener cluster-role task-manager')).stdout, stdout)
  })
  test('of everything is all that a plan can put back', async () => {
    const { stdout } = await rota('snapshot')
    assert.deepEqual(sorted(stdout), sorted(PLAN))
  })
  test('leaves a list whose entries hold secrets out as a whole', async () => {
    const schema = structuredClone(API_SCHEMA) as { fields: Record<string, { properties: Record<string, Json> }> }
    const alias = schema.fields['x:Alias']
    if (alias) alias.properties['token'] = { description: 'For tests.', type: { type: 'string', format: 'secret' }, update: 'mutable' }
    await server.stop()
    server = await JmapServer.start({ objects: OBJECTS, schema: schema as unknown as Json })
    const { stdout, stderr } = await rota('snapshot account')
    assert.equal(stderr, 'left out because they are secret: Account.aliases, Account.secret\n')
    assert.ok(!stdout.includes('aliases'))
  })
  test('has to be self-contained, or says what it leaves open', async () => {
    const open = await rota('snapshot cluster-role')
    assert.deepEqual([open.code, open.stdout], [2, ''])
    assert.match(open.stderr, /ClusterRole may refer to NetworkListener, which is not selected \(add NetworkListener, or --allow-unresolved/)
    const allowed = await rota('snapshot cluster-role --allow-unresolved network-listener')
    assert.equal(allowed.code, 0)
    assert.match(allowed.stdout, /"listenerIds":\{"l1":true,"l2":true\}/)
  })
  test('says which objects a plan makes anew each time', async () => {
    server.table('x:Task').set('t1', {
      id: 't1', '@type': 'StoreMaintenance', maintenanceType: 'purgeBlob', due: null, status: { '@type': 'Pending' },
    })
    const { stdout, stderr } = await rota('snapshot task --allow-unresolved account')
    assert.deepEqual(json(stdout), [{
      '@type': 'create', object: 'Task',
      value: { 'task-t1': { '@type': 'StoreMaintenance', status: { '@type': 'Pending' }, maintenanceType: 'purgeBlob' } },
    }])
    assert.match(stderr, /nothing tells one Task from another/)
  })
  test('refuses to write a file in which a reference leads nowhere', async () => {
    server.table('x:ClusterRole').set('r1', { id: 'r1', ...ROLE, listenerIds: { gone: true } })
    const { code, stdout, stderr } = await rota('snapshot')
    assert.deepEqual([code, stdout], [1, ''])
    assert.match(stderr, /objects changed while they were read: nothing was found for networklistener-gone \(run it again\)/)
  })
  test('writes a file whole or not at all', async () => {
    const path = join(folder, 'plan.ndjson')
    const { stdout } = await rota(`snapshot task-manager --out ${path} --json`)
    assert.deepEqual(json(stdout), [{ file: path, objects: 1 }])
    const before = await readFile(path, 'utf8')
    assert.deepEqual(sorted(before), sorted(PLAN).slice(0, 1))
    server.forbidden.add('x:NetworkListener/query')
    assert.equal((await rota(`snapshot network-listener --out ${path}`)).code, 1)
    assert.equal(await readFile(path, 'utf8'), before)
    assert.equal((await rota(`snapshot task-manager --out ${folder}/none/plan`)).code, 2)
    assert.deepEqual(await readdir(folder), ['plan.ndjson'])
  })
})

suite('apply', () => {
  test('changes nothing where all is as the plan says', async () => {
    const { code, stdout } = await apply(PLAN)
    assert.deepEqual([code, stdout], [0, '0 changes, 5 unchanged\n'])
    assert.deepEqual(sets(), [])
  })
  test('makes everything on an empty server, in requests of the size that it allows', async () => {
    for (const table of server.objects.values()) table.clear()
    server.table('x:TaskManager').set('singleton', { maxAttempts: 9 })
    const { code, stdout } = await apply(PLAN)
    assert.equal(code, 0)
    assert.match(stdout, /^4 created, 1 updated, 0 unchanged$/m)
    assert.deepEqual(sets().map(args => Object.keys(args['create'] ?? args['update'] ?? {})),
      [['account-a1'], ['networklistener-l1', 'networklistener-l2'], ['clusterrole-r1'], ['singleton']])
    const role = [...server.table('x:ClusterRole').values()][0]
    const listeners = [...server.table('x:NetworkListener').keys()]
    assert.deepEqual(Object.keys(role?.['listenerIds'] as JsonObject), listeners)
    assert.equal((await apply(PLAN)).stdout, '0 changes, 5 unchanged\n')
  })
  test('sends what differs, as pointers, and leaves the rest alone', async () => {
    const plan = upsert('NetworkListener', { l: { name: 'smtp', bind: ['[::]:25', '[::]:587'], maxMessage: 1_000 } })
      + upsert('Account', { a: { '@type': 'User', name: 'alice', aliases: [{ name: 'al', enabled: false }, { name: 'ally', enabled: true }] } })
      + line({ '@type': 'update', object: 'TaskManager', value: { totalDeadline: '6h', 'strategy/delay': '5m' } })
      + line({ '@type': 'update', object: 'ClusterRole', id: 'r1', value: { 'listenerIds/#l': null } })
    const { code, stdout } = await apply(plan)
    assert.equal(code, 0)
    assert.deepEqual(sets(), [
      { update: { l2: { 'bind/0.0.0.0:25': null, 'bind/[::]:587': true } } },
      { update: { a1: { 'aliases/0/enabled': false, 'aliases/1': { name: 'ally', enabled: true } } } },
      { update: { singleton: { 'strategy/delay': 300_000 } } },
      { update: { r1: { 'listenerIds/l2': null } } },
    ])
    assert.match(stdout, /^~ TaskManager\n {4}strategy\/delay: 1m → 5m$/m)
    assert.match(stdout, /^4 updated, 0 unchanged$/m)
  })
  test('replaces an embedded object of another variant as a whole', async () => {
    const strategy = { '@type': 'ExponentialBackoff', factor: 2 }
    await apply(line({ '@type': 'update', object: 'TaskManager', value: { strategy } }))
    assert.deepEqual(sets(), [{ update: { singleton: { strategy } } }])
  })
  test('destroys first, in reverse order, and leaves nothing that a reconcile line does not name', async () => {
    const plan = line({ '@type': 'destroy', object: 'NetworkListener', value: { name: 'http' } })
      + line({ '@type': 'destroy', object: 'ClusterRole' })
      + line({ '@type': 'create', object: 'NetworkListener', value: { l3: { name: 'lmtp', bind: ['[::]:24'] } } })
      + line({ '@type': 'reconcile', object: 'NetworkListener', value: { l4: { name: 'imap', bind: ['[::]:143'] } } })
    const { code, stdout, stderr } = await apply(plan)
    assert.equal(code, 0)
    assert.deepEqual(sets().map(args => args['destroy'] ?? Object.keys(args['create'] as JsonObject)),
      [['r1'], ['l1'], ['l3', 'l4'], ['l2']])
    assert.equal(stderr, '1 NetworkListener that is not in the plan will be destroyed\n')
    assert.deepEqual([...server.table('x:NetworkListener').values()].map(({ name }) => name), ['lmtp', 'imap'])
    assert.match(stdout, /^2 created, 3 destroyed, 0 unchanged$/m)
  })
  test('--dry-run shows the same and writes nothing', async () => {
    const plan = line({ '@type': 'destroy', object: 'ClusterRole' })
      + upsert('NetworkListener', { l: { name: 'new', bind: ['[::]:24'] }, http: { name: 'http', maxMessage: 5 } })
      + upsert('ClusterRole', { r: { name: 'edge', listenerIds: { '#l': true } } })
      + line({ '@type': 'update', object: 'NetworkListener', id: '#l', value: { maxMessage: 7 } })
      + line({ '@type': 'reconcile', object: 'Account', value: {} })
    const { code, stdout, stderr } = await apply(plan, '--dry-run')
    assert.equal(code, 0, stderr)
    assert.deepEqual(stdout.split('\n'), [
      '- ClusterRole edge (r1)',
      '~ NetworkListener http (l1)', '    maxMessage: 1000 → 5',
      '+ NetworkListener new', '    name: new', '    bind: {"[::]:24":true}',
      '+ ClusterRole edge', '    name: edge', '    listenerIds: {"#l":true}',
      '~ NetworkListener l', '    maxMessage: - → 7',
      '- Account alice (a1)',
      '2 to create, 2 to update, 2 to destroy, 0 unchanged; nothing was changed', '',
    ])
    assert.deepEqual(sets(), [])
    const lines = json((await apply(plan, '--dry-run', '--json')).stdout)
    assert.ok(lines.every(entry => isJsonObject(entry) && entry['dryRun'] === true))
    assert.deepEqual(lines.at(-1), { summary: { created: 2, updated: 2, destroyed: 2, unchanged: 0, refused: 0 }, dryRun: true })
  })
  test('never shows a secret, but sends it', async () => {
    const plan = upsert('Account', { a: { '@type': 'User', name: 'alice', secret: 'swordfish' }, b: { '@type': 'User', name: 'bob', secret: 'trout' } })
    for (const more of [['--dry-run'], ['--dry-run', '--json'], [], ['--json']]) {
      const { stdout, stderr } = await apply(plan, ...more)
      assert.ok(!/swordfish|trout/.test(stdout + stderr))
    }
    assert.equal(server.table('x:Account').get('a1')?.['secret'], 'swordfish')
  })
  test('shows what the server tells only once', async () => {
    server.createdExtras = { token: 'once' }
    assert.match((await apply(upsert('Account', { b: { '@type': 'User', name: 'bob' } }))).stdout, /^ {4}token: once$/m)
    const [created] = json((await apply(upsert('Account', { c: { '@type': 'User', name: 'carol' } }), '--json')).stdout)
    assert.deepEqual(isJsonObject(created) && created['shown'], { token: 'once' })
  })

  suite('that meets a refusal', () => {
    const plan = upsert('NetworkListener', { a: { name: 'a', bind: ['[::]:1'] }, b: { name: 'b', bind: ['[::]:2'] } })
      + upsert('ClusterRole', { r: { name: 'uses b', listenerIds: { '#b': true } } })
      + upsert('ClusterRole', { s: { name: 'uses a', listenerIds: { '#a': true } } })
      + line({ '@type': 'reconcile', object: 'Account', value: {} })
    beforeEach(() => {
      server.refuse = (_object, kind, key) => kind === 'create' && key === 'b'
        ? { type: 'validationFailed', validationErrors: [{ type: 'MinLength', property: 'name', required: 3 }] } : null
    })
    test('says in which line, what was done, and that the rest was not begun', async () => {
      const { code, stdout, stderr } = await apply(plan)
      assert.equal(code, 1)
      assert.deepEqual(stdout.split('\n'), ['+ NetworkListener a (new1)', '1 created, 1 refused, 0 unchanged', ''])
      assert.deepEqual(stderr.split('\n'), [
        'line 1: NetworkListener b: name needs at least 3',
        'error: 1 refused; nothing after it was begun (mend it and apply again: what is done will be found)', '',
      ])
    })
    test('--continue-on-error goes on with what does not depend on it, and destroys no left-overs', async () => {
      const { code, stdout, stderr } = await apply(plan, '--continue-on-error')
      assert.equal(code, 1)
      assert.match(stdout, /^2 created, 2 refused, 0 unchanged$/m)
      assert.match(stderr, /^line 2: ClusterRole uses b: listenerIds refers to #b, which was not made$/m)
      assert.match(stderr, /^1 Account that is not in the plan will stay, because a line was refused$/m)
      assert.equal(server.table('x:Account').size, 1)
    })
    test('--json tells each on standard output, and all together on standard error', async () => {
      const { stdout, stderr } = await apply(plan, '--json')
      assert.deepEqual(json(stdout).slice(1), [
        { action: 'create', object: 'NetworkListener', ref: 'b', line: 1, error: { type: 'validationFailed', message: 'name needs at least 3' } },
        { summary: { created: 1, updated: 0, destroyed: 0, unchanged: 0, refused: 1 } },
      ])
      const [error] = json(stderr)
      assert.deepEqual(isJsonObject(error) && isJsonObject(error['error']) && [error['error']['type'], error['error']['exitCode']],
        ['validationFailed', 1])
    })
    test('of a whole method names the line too', async () => {
      server.forbidden.add('x:NetworkListener/set')
      const { code, stderr } = await apply(plan)
      assert.equal(code, 1)
      assert.match(stderr, /^line 1: NetworkListener a: the permission is missing$/m)
    })
  })

  test('says what is not known when the connection breaks', async () => {
    server.beforeCall = name => {
      if (name === 'x:ClusterRole/set') server.intercept = () => ({ status: 500, body: { type: 'about:blank', status: 500, title: 'Gone' } })
    }
    const plan = upsert('NetworkListener', { a: { name: 'a', bind: ['[::]:1'] } }) + upsert('ClusterRole', { r: { name: 'r' } })
    server.intercept = () => null
    const answers = apply(plan + upsert('ClusterRole', { s: { name: 's' }, t: { name: 't' } }))
    const { code, stdout, stderr } = await answers
    assert.equal(code, 1)
    assert.match(stdout, /^3 created, 0 unchanged$/m)
    assert.match(stderr, /^not known whether it was taken: line 3: ClusterRole t; applying again will tell$/m)
    assert.match(stderr, /^error: .*HTTP 500: Gone/m)
  })

  test('refuses to guess which object is meant', async () => {
    server.table('x:ClusterRole').set('r2', { id: 'r2', ...ROLE })
    const cases: readonly (readonly [string, RegExp])[] = [
      [upsert('ClusterRole', { r: { name: 'edge' } }), /line 1: ClusterRole edge: 2 objects have this name; name more fields in matchOn/],
      [upsert('ClusterRole', { r: { description: 'x' } }, { matchOn: ['name'] }), /line 1: ClusterRole r: name must have a value/],
      [upsert('Account', { a: { '@type': 'User', name: 'alice' } }) + upsert('Account', { b: { '@type': 'User', name: 'alice' } }),
        /line 2: Account alice: line 1 is about the same object/],
      [upsert('Account', { a: { '@type': 'User', name: 'zoe' }, b: { '@type': 'User', name: 'zoe' } }),
        /line 1: Account zoe: line 1 is about the same object/],
    ]
    for (const [plan, message] of cases) {
      const { code, stderr } = await apply(plan)
      assert.equal(code, 1, plan)
      assert.match(stderr, message)
    }
  })

  test('a plan that is wrong is refused before anything is sent, with line, object and field', async () => {
    const good = upsert('NetworkListener', { l: { name: 'x', bind: ['[::]:1'] } })
    const cases: readonly (readonly [string, RegExp])[] = [
      ['nonsense', /line 2: it is not one JSON object/],
      [line({ '@type': 'upsrt', object: 'Account' }), /line 2: @type "upsrt" is not known \(one of create, update/],
      [line({ '@type': 'upsert', object: 'Acount', value: {} }), /line 2: there is no object Acount \(did you mean Account\?\)/],
      [line({ '@type': 'upsert', object: 'Account', matchon: [], value: {} }), /line 2: upsert has no matchon \(did you mean matchOn\?\)/],
      [upsert('Account', { a: { '@type': 'User', nam: 'x' } }), /line 2: Account a: there is no field nam \(did you mean name\?\)/],
      [upsert('Account', { a: { name: 'x' } }), /line 2: Account a: @type must be one of User/],
      [upsert('Account', { a: { '@type': 'User', name: 'x', aliases: [{ nme: 'y' }] } }), /line 2: Account a: there is no field aliases\/0\/nme/],
      [upsert('Account', { a: 5 }), /line 2: Account a: it must be an object/],
      [upsert('Account', { a: {} }, { matchOn: ['nme'] }), /line 2: Account a: @type must be/],
      [upsert('Account', {}, { matchOn: ['nme'] }), /line 2: matchOn: Account has no field nme \(did you mean name\?\)/],
      [upsert('Task', {}), /line 2: Task: nothing tells them apart \(give matchOn, or use create\)/],
      [upsert('TaskManager', {}), /line 2: TaskManager always exists \(use update\)/],
      [line({ '@type': 'update', object: 'Account', value: { name: 'x' } }), /line 2: Account: which one\?/],
      [line({ '@type': 'update', object: 'Account', id: 'a1', value: { createdAt: null } }), /line 2: Account: createdAt is set by the server/],
      [line({ '@type': 'update', object: 'Account', id: '#nobody', value: {} }), /line 2: Account id refers to #nobody, which nothing before it makes/],
      [upsert('ClusterRole', { r: { name: 'r', listenerIds: { '#m': true } } }) + upsert('NetworkListener', { m: { name: 'm' } }),
        /line 2: ClusterRole r: listenerIds refers to #m, which nothing before it makes/],
      [upsert('Account', { l: { '@type': 'User', name: 'x' } }), /line 2: l is also the name of an object of line 1/],
    ]
    for (const [plan, message] of cases) {
      const { code, stdout, stderr } = await apply(good + plan)
      assert.deepEqual([code, stdout], [2, ''], plan)
      assert.match(stderr, message)
    }
    assert.deepEqual(server.calls, [])
    assert.match((await rota('apply')).stderr, /which plan\? \(give either --file or --stdin\)/)
    assert.match((await rota(`apply --file ${folder}/none`)).stderr, /no such file/)
  })

  test('what differs and cannot be changed is told, and is no change', async () => {
    server.table('x:ClusterRole').set('r1', { id: 'r1', ...ROLE, description: 'x' })
    const path = join(folder, 'plan')
    await writeFile(path, upsert('ClusterRole', { r: { name: 'other', description: 'x' } }, { matchOn: ['description'] }))
    const { code, stdout, stderr } = await rota(`apply --file ${path}`)
    assert.deepEqual([code, stdout], [0, '0 changes, 1 unchanged\n'])
    assert.equal(stderr, 'line 1: ClusterRole other (r1): name differs and cannot be changed\n')
  })
})
