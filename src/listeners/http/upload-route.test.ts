import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BASIC, withHttp } from '../../../test/support/http-world.ts'
import type { HttpWorld } from '../../../test/support/http-world.ts'
import type { JsonObject } from '../../base/json.ts'
import { RotaError } from '../../errors.ts'
import type { UploadService } from './upload-route.ts'

const LIMIT = 'urn:ietf:params:jmap:error:limit'

async function upload({ url, accountId }: HttpWorld, body: string | Uint8Array<ArrayBuffer>, headers: Readonly<Record<string, string>> = {}, to = `${accountId}/`) {
  const response = await fetch(`${url}/jmap/upload/${to}`, { method: 'POST', body, headers: { authorization: BASIC, ...headers } })
  return { status: response.status, headers: response.headers, body: await response.json() as JsonObject }
}

const withUploads = (uploads: Partial<UploadService>, work: (world: HttpWorld) => Promise<void>): Promise<void> => withHttp(work, { uploads })

test('answers with the blob id, the size and the type that was sent, with or without the last slash', async () => {
  const stored: [string, string, number][] = []
  await withUploads({
    store: async (accountId, uploaderId, content) => {
      stored.push([accountId, uploaderId, content.byteLength])
      return 'the-blob'
    },
  }, async world => {
    const { accountId } = world
    for (const to of [accountId, `${accountId}/`]) {
      const { status, headers, body } = await upload(world, 'twelve bytes', { 'content-type': 'message/rfc822' }, to)
      assert.deepEqual([status, body], [201, { accountId, blobId: 'the-blob', type: 'message/rfc822', size: 12 }])
      assert.match(headers.get('content-type') ?? '', /^application\/json/)
    }
    const untyped = await upload(world, new Uint8Array(0))
    assert.deepEqual([untyped.body['type'], untyped.body['size']], ['application/octet-stream', 0])
    assert.deepEqual(stored, [[accountId, accountId, 12], [accountId, accountId, 12], [accountId, accountId, 0]])
  })
})

test('strangers are asked to log in; accounts of others and missing permissions are refused before the body', async () => {
  const store = () => Promise.reject(new Error('asked'))
  await withUploads({ store, mayUpload: (_principal, accountId) => accountId === 'other' ? 'noAccount' : 'forbidden' }, async world => {
    const { url, accountId } = world
    const stranger = await fetch(`${url}/jmap/upload/${accountId}/`, { method: 'POST', body: 'x' })
    assert.equal(stranger.status, 401)
    await stranger.arrayBuffer()
    const other = await upload(world, 'x', {}, 'other/')
    assert.deepEqual([other.status, other.body['detail']], [404, 'There is no such account for you.'])
    const forbidden = await upload(world, 'x')
    assert.deepEqual([forbidden.status, forbidden.body['detail']], [403, 'This needs the permission jmapBlobUpload.'])
    const read = await fetch(`${url}/jmap/upload/${accountId}/`, { headers: { authorization: BASIC } })
    assert.deepEqual([read.status, read.headers.get('allow')], [405, 'POST'])
    await read.arrayBuffer()
  })
})

test('a file over the limit is 413 and names it, with and without its length in front', async () => {
  await withUploads({ octetsMax: 1_000 }, async world => {
    const chunked = new ReadableStream<Uint8Array>({
      start(controller) {
        for (let nth = 0; nth < 11; nth++) controller.enqueue(new Uint8Array(100))
        controller.close()
      },
    })
    const replies = [await upload(world, new Uint8Array(1_001))]
    const response = await fetch(`${world.url}/jmap/upload/${world.accountId}/`, { method: 'POST', body: chunked, headers: { authorization: BASIC }, duplex: 'half' })
    replies.push({ status: response.status, headers: response.headers, body: await response.json() as JsonObject })
    for (const { status, headers, body } of replies) {
      assert.deepEqual([status, body['type'], body['limit']], [413, LIMIT, 'maxSizeUpload'])
      assert.equal(headers.get('content-type'), 'application/problem+json')
    }
    assert.equal((await upload(world, new Uint8Array(1_000))).status, 201)
  })
})

test('too much in an hour is 429 with the time to wait, before the body is read and after', async () => {
  const overQuota = () => Promise.reject(new RotaError('upload/over-quota', 'Enough for now.', { retryAfterMs: 59_001 }))
  for (const uploads of [{ checkRoom: overQuota, store: () => Promise.reject(new Error('asked')) }, { store: overQuota }]) {
    await withUploads(uploads, async world => {
      const { status, headers, body } = await upload(world, 'x')
      assert.deepEqual([status, body['type'], body['limit'], body['detail']], [429, LIMIT, 'uploadQuota', 'Enough for now.'])
      assert.equal(headers.get('retry-after'), '60')
    })
  }
})

test('an account that went meanwhile is not there', () => withUploads({
  store: () => Promise.reject(new RotaError('mail/account-gone', 'gone')),
}, async world => { assert.equal((await upload(world, 'x')).status, 404) }))

test('one caller has so many uploads at a time', async () => {
  const [begun, go] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  await withUploads({
    atOnceMax: 1,
    store: async () => {
      begun.resolve()
      await go.promise
      return 'first'
    },
  }, async world => {
    const first = upload(world, 'x')
    await begun.promise
    const second = await upload(world, 'y')
    assert.deepEqual([second.status, second.body['type'], second.body['limit']], [429, LIMIT, 'maxConcurrentUpload'])
    go.resolve()
    assert.equal((await first).body['blobId'], 'first')
    assert.equal((await upload(world, 'z')).status, 201)
  })
})

test('a client that goes away in the middle stores nothing and leaves its place', async () => {
  let stored = 0
  await withUploads({ atOnceMax: 1, store: async () => { stored += 1; return 'x' } }, async world => {
    const raw = await world.open()
    raw.write(`POST /jmap/upload/${world.accountId}/ HTTP/1.1\r\nHost: x\r\nAuthorization: ${BASIC}\r\nContent-Length: 500\r\n\r\nhalf`)
    raw.destroy()
    await world.logged('the client went away in the middle of a request')
    assert.equal((await upload(world, 'x')).status, 201)
    assert.equal(stored, 1)
  })
})
