/** A long list of tasks read in pages, while tasks go, come and move between any two of them: nothing that stays is missed. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { systemClock } from '../../src/base/clock.ts'
import type { JsonObject } from '../../src/base/json.ts'
import type { QueryOptions } from '../../src/jmap-client/client.ts'
import { JmapClient } from '../../src/jmap-client/client.ts'
import { TIMEOUT_DEFAULT_MS } from '../../src/jmap-client/transport.ts'
import { createJane } from '../support/jane.ts'
import { ADMIN_PASSWORD, startServer, type TestServer } from '../support/server.ts'

const TASKS = 1_300
const YEAR_MS = 365 * 86_400_000

let server: TestServer
let client: JmapClient
let accountId: string
before(async () => {
  server = await startServer()
  accountId = await createJane(server)
  client = new JmapClient({
    origin: `http://127.0.0.1:${server.port('http')}`, clock: systemClock, timeoutMs: TIMEOUT_DEFAULT_MS,
    credentials: { kind: 'basic', user: 'admin', password: ADMIN_PASSWORD },
  })
})
after(() => server.stop())

const due = (minute: number) => new Date(Date.UTC(2100, 0, 1) + minute * 60_000).toISOString()
const task = (minute: number): JsonObject => ({
  '@type': 'IndexDocument', accountId, documentType: 'email', documentId: `d${minute}`, status: { '@type': 'Pending', due: due(minute) },
})
async function make(minutes: readonly number[]): Promise<string[]> {
  const ids: string[] = []
  for await (const [, outcome] of client.createAll('x:Task', new Map(minutes.map(minute => [`m${minute}`, task(minute)])))) {
    assert.equal(outcome.kind, 'done')
    ids.push(outcome.id)
  }
  return ids
}

for (const [order, options] of [
  ['its usual order', {}],
  ['due first', { sort: [{ property: 'due', isAscending: true }] }],
  ['ids alone', { sort: [{ property: 'due', isAscending: true }], properties: ['id'] }],
] as const satisfies readonly (readonly [string, QueryOptions])[]) {
  test(`every task that stays is read once, in ${order}`, async () => {
    const filter = { accountId }
    const ids = await make(Array.from({ length: TASKS }, (_, index) => index))
    const [stay, go] = [ids.filter((_, index) => index % 3 !== 0), ids.filter((_, index) => index % 3 === 0)]
    const seen: string[] = []
    let pages = 0
    for await (const page of client.pages('x:Task', { ...options, filter })) {
      seen.push(...page.rows.map(row => String(row['id'])))
      pages += 1
      if (pages > 2) continue
      // The end of this page goes (with every third task besides), a task comes on each side, and one that goes moves.
      const doomed = new Set([...go.slice(0, 200 * pages), ...page.rows.slice(-5).map(row => String(row['id']))])
      for await (const outcome of client.destroy('x:Task', [...doomed])) assert.ok(outcome.id)
      for (const id of doomed) if (stay.includes(id)) stay.splice(stay.indexOf(id), 1)
      await make([-pages, TASKS + pages])
      const moving = go.at(-pages) ?? ''
      for await (const outcome of client.update('x:Task', new Map([[moving, { 'status/due': new Date(Date.UTC(2100, 0, 1) + YEAR_MS).toISOString() }]]))) {
        assert.equal(outcome.kind, 'done')
      }
    }
    assert.ok(pages > 2)
    assert.equal(new Set(seen).size, seen.length, 'a task came twice')
    assert.deepEqual(stay.filter(id => !seen.includes(id)), [])
    const rest: string[] = []
    for await (const { rows } of client.pages('x:Task', { filter, properties: ['id'] })) rest.push(...rows.map(row => String(row['id'])))
    for await (const outcome of client.destroy('x:Task', rest)) assert.equal(outcome.kind, 'done')
  })
}
