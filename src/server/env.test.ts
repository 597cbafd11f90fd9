import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { hasCode } from '../errors.ts'
import { ENVIRONMENT, readEnvironment } from './env.ts'

const machine = () => 'Box7.Example'

/** The text of the config/invalid that these variables give. */
function refusal(env: Record<string, string>): string {
  try {
    readEnvironment(env, machine)
  } catch (error) {
    assert.ok(hasCode(error, 'config/invalid'), String(error))
    return error.message
  }
  return assert.fail(`accepted ${JSON.stringify(env)}`)
}

describe('environment', () => {
  it('has a default for everything', () => {
    assert.deepEqual(readEnvironment({}, machine), {
      dataDir: './data', databaseUrl: null, role: null, pushShard: null, pushShards: null, legacyScheme: null, hostname: 'box7.example', adminPassword: null,
      listenerBinds: new Map(), healthBind: null, logLevel: 'info', logFormat: null,
    })
  })

  it('reads every variable that it declares, and no other', () => {
    const seen = new Set<string>()
    readEnvironment(new Proxy({}, { get: (_, name) => { seen.add(String(name)) } }), machine)
    assert.deepEqual([...seen].sort(), ENVIRONMENT.map(variable => variable.name).sort())
  })

  it('reads a full set of values', () => {
    const read = readEnvironment({
      ROTA_DATA_DIR: 'place', DATABASE_URL: 'postgresql://u:p@db:5433/rota', STALWART_ROLE: 'Back End', STALWART_PUSH_SHARD: '3', ROTA_PUSH_SHARDS: '8',
      STALWART_HOSTNAME: 'Node-1.example.org', ROTA_ADMIN_PASSWORD: 'a;b=c', ROTA_HEALTH_BIND: '[::1]:9000', LOG_LEVEL: 'DEBUG',
      ROTA_LISTENER_BIND: 'http=127.0.0.1:8081; lmtp=[::]:0;smtp=localhost:25;', LOG_FORMAT: 'json',
    }, machine)
    assert.deepEqual(read, {
      dataDir: 'place', databaseUrl: 'postgresql://u:p@db:5433/rota', role: 'Back End', pushShard: 3, pushShards: 8, legacyScheme: null,
      hostname: 'node-1.example.org', adminPassword: 'a;b=c', healthBind: { host: '::1', port: 9000 }, logLevel: 'debug',
      listenerBinds: new Map([
        ['http', { host: '127.0.0.1', port: 8081 }], ['lmtp', { host: '::', port: 0 }], ['smtp', { host: 'localhost', port: 25 }],
      ]),
      logFormat: 'json',
    })
  })

  it('counts an empty variable as unset', () => {
    const empty = Object.fromEntries(ENVIRONMENT.map(variable => [variable.name, '']))
    assert.deepEqual(readEnvironment(empty, machine), readEnvironment({}, machine))
  })

  it('refuses each wrong value and names the variable', () => {
    const wrong: readonly (readonly [string, string, RegExp])[] = [
      ['ROTA_DATA_DIR', 'a\0b', /NUL/],
      ['DATABASE_URL', 'nonsense', /postgres:\/\//],
      ['DATABASE_URL', 'mysql://u:p@host/db', /begins with mysql:/],
      ['STALWART_PUSH_SHARD', '0', /from 1 to/],
      ['STALWART_PUSH_SHARD', '-1', /from 1 to/],
      ['STALWART_PUSH_SHARD', '1.5', /from 1 to/],
      ['STALWART_PUSH_SHARD', '2 of 3', /from 1 to/],
      ['STALWART_PUSH_SHARD', 'x', /from 1 to/],
      ['STALWART_PUSH_SHARD', '65', /from 1 to 64/],
      ['ROTA_PUSH_SHARDS', '0', /from 1 to/],
      ['ROTA_PUSH_SHARDS', '65', /from 1 to 64/],
      ['STALWART_HOSTNAME', 'two words', /no host name/],
      ['STALWART_HOSTNAME', '-dash', /no host name/],
      ['ROTA_LISTENER_BIND', '127.0.0.1:80', /name=address:port/],
      ['ROTA_LISTENER_BIND', 'a=127.0.0.1:80;a=127.0.0.1:81', /twice/],
      ['ROTA_LISTENER_BIND', 'a=::1:80', /must look like/],
      ['ROTA_HEALTH_BIND', '127.0.0.1', /must look like/],
      ['ROTA_HEALTH_BIND', 'example.org:80', /must look like/],
      ['ROTA_HEALTH_BIND', '127.0.0.1:99999', /must look like/],
      ['LOG_LEVEL', 'loud', /one of fatal, error/],
      ['LOG_FORMAT', 'xml', /one of json, pretty/],
      ['ROTA_CONFIG', '/no/such/file.toml', /cannot be read/],
    ]
    for (const [name, value, message] of wrong) {
      const text = refusal({ [name]: value })
      assert.ok(text.startsWith(`${name}: `), text)
      assert.match(text, message)
    }
  })

  it('refuses a push shard beyond the last one', () => {
    assert.match(refusal({ STALWART_PUSH_SHARD: '4', ROTA_PUSH_SHARDS: '3' }), /^STALWART_PUSH_SHARD: is 4, .* last shard is 3$/)
    assert.equal(readEnvironment({ STALWART_PUSH_SHARD: '3', ROTA_PUSH_SHARDS: '3' }, machine).pushShard, 3)
  })

  it('reports all mistakes at once and never repeats a database password', () => {
    const text = refusal({ DATABASE_URL: 'http://root:hunter2@db', LOG_LEVEL: 'loud', STALWART_PUSH_SHARD: 'x' })
    assert.deepEqual(text.split('\n').map(line => line.split(':')[0]), ['DATABASE_URL', 'STALWART_PUSH_SHARD', 'LOG_LEVEL'])
    assert.doesNotMatch(text, /hunter2/)
  })
})
