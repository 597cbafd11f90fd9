import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemClock } from '../../base/clock.ts'
import { accessTo } from './zone-access.ts'

const opened = (text: string) => accessTo('example.test', {
  host: '127.0.0.1', port: 53, protocol: 'udp', timeout: 1_000, ttl: 300_000, pollingInterval: 15_000, propagationTimeout: 60_000,
  tsigAlgorithm: 'hmac-sha512', keyName: 'k', key: { '@type': 'EnvironmentVariable', variableName: 'KEY' },
}, systemClock, { KEY: text })

test('a key that is kept elsewhere is judged like one that is written here', async () => {
  for (const text of ['****', 'AAAA', 'key "k" {}']) assert.match(String(await opened(text)), /no base64 of at least 16 bytes/, text)
  const access = await opened(`${Buffer.alloc(32, 1).toString('base64')}\n`)
  assert.equal(typeof access === 'string' ? access : access.zone, 'example.test')
})
