/** Certificates on a whole node, with real handshakes: who gets which, when it changes, and who never sees the key. */
import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { connect as connectTls } from 'node:tls'
import { systemClock } from '../../src/base/clock.ts'
import { isJsonObject, type JsonObject } from '../../src/base/json.ts'
import type { KeyPair } from '../../src/listeners/tls/settings.ts'
import { create, list, part, update } from '../support/api-call.ts'
import { opensslPair, selfMadePair } from '../support/certificates.ts'
import { LineClient } from '../support/line-client.ts'
import { recordingLog } from '../support/listeners.ts'
import { ADMIN_PASSWORD, eventually, startServer, type TestServer } from '../support/server.ts'

const DAY_MS = 86_400_000
const now = systemClock.now()
const typed = ({ cert, key }: KeyPair): JsonObject => ({
  certificate: { '@type': 'Text', value: cert }, privateKey: { '@type': 'Text', secret: key },
})

/** The part of a key that is in no other text: whoever holds a line of it holds key material. */
function keyLines(key: string): string[] {
  return key.split('\n').filter(line => line !== '' && !line.startsWith('-----')).map(line => line.slice(0, 40))
}

suite('certificates of a node', () => {
  const log = recordingLog()
  let folder: string
  let node: TestServer
  let https: number

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rota-certificates-'))
    node = await startServer({ log, variables: { TEST_TLS_KEY: 'no key at all', ROTA_HEALTH_BIND: '127.0.0.1:0' } })
    await create(node, 'NetworkListener', { name: 'https', protocol: 'http', bind: { '127.0.0.1:0': true }, tlsImplicit: true })
    https = await eventually(() => Promise.resolve(node.server.listeners
      .find(({ name }) => name === 'https')?.addresses.find(({ state }) => state === 'up')?.port), 'https is up')
  })
  after(async () => {
    await node.stop()
    await rm(folder, { recursive: true, force: true })
  })

  /** The serial number of what an HTTPS client is shown; null: asks for no host. */
  async function shown(host: string | null): Promise<string> {
    const socket = connectTls({ host: '127.0.0.1', port: https, rejectUnauthorized: false, ...(host === null ? {} : { servername: host }) })
    await once(socket, 'secureConnect')
    const { serialNumber } = socket.getPeerCertificate()
    socket.destroy()
    return serialNumber
  }
  async function shownBySmtp(host: string): Promise<string> {
    const client = await LineClient.open(node.port('smtp'))
    await client.reply()
    await client.command('EHLO client.example')
    await client.command('STARTTLS')
    const { serialNumber } = (await client.startTls({ servername: host, rejectUnauthorized: false })).getPeerCertificate()
    client.destroy()
    return serialNumber
  }
  const becomes = (ask: () => Promise<string>, serial: string) => eventually(async () => await ask() === serial, `certificate ${serial}`)
  const serialOf = ({ cert }: KeyPair) => new X509Certificate(cert).serialNumber

  test('are chosen by the host that a client asks for, on SMTP and HTTPS', async () => {
    const selfMade = await shown('mail.example.org')
    const [mail, wildcard] = [await opensslPair({ names: 'DNS:mail.example.org,DNS:mx.example.org' }), await selfMadePair('*.example.org', now)]
    await create(node, 'Certificate', typed(mail), typed(wildcard))
    await becomes(() => shown('mail.example.org'), serialOf(mail))
    await becomes(() => shown('web.example.org'), serialOf(wildcard))
    assert.equal(await shown('MX.example.org'), serialOf(mail))
    assert.equal(await shown('a.web.example.org'), selfMade)
    assert.equal(await shown('elsewhere.example'), selfMade)
    assert.equal(await shown(null), selfMade, 'the node is called test-node')
    assert.equal(await shownBySmtp('mx.example.org'), serialOf(mail))
    assert.equal(await shownBySmtp('pop.example.org'), serialOf(wildcard))
    assert.equal(await shownBySmtp('elsewhere.example'), selfMade)
    const found = await list(node, 'Certificate', { subjectAlternativeNames: 'MX.example.org' })
    assert.deepEqual(found.map(each => each['subjectAlternativeNames']), [{ 'mail.example.org': true, 'mx.example.org': true }])
  })

  test('are exchanged under connections that stay, without anybody being told', async () => {
    const [old, fresh] = [await selfMadePair('rotate.example.net', now - DAY_MS), await selfMadePair('rotate.example.net', now)]
    const [id = ''] = await create(node, 'Certificate', typed(old))
    await becomes(() => shown('rotate.example.net'), serialOf(old))
    const open = await LineClient.openTls(https, { servername: 'rotate.example.net', rejectUnauthorized: false })
    const mail = await LineClient.open(node.port('smtp'))
    await mail.reply()
    await mail.command('EHLO client.example')
    await update(node, 'Certificate', id, typed(fresh))
    await becomes(() => shown('rotate.example.net'), serialOf(fresh))
    open.write('GET /api/schema HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
    assert.match(await open.rest(), /^HTTP\/1\.1 \d{3} /)
    await mail.command('STARTTLS')
    const late = await mail.startTls({ servername: 'rotate.example.net', rejectUnauthorized: false })
    assert.equal(late.getPeerCertificate().serialNumber, serialOf(fresh), 'the connection is old, its handshake is new')
    mail.destroy()
    const [removed] = await node.call([['x:Certificate/set', { destroy: [id] }]])
    assert.deepEqual(removed?.['destroyed'], [id])
    const selfMade = await shown('elsewhere.example')
    await becomes(() => shown('rotate.example.net'), selfMade)
  })

  test('are read from files of the node; one that is missing leaves the others alone and is said', async () => {
    const pair = await selfMadePair('file.example.net', now)
    const [certificate, privateKey] = ['cert.pem', 'key.pem'].map(name => ({ '@type': 'File', filePath: join(folder, name) }))
    await writeFile(join(folder, 'cert.pem'), pair.cert)
    await writeFile(join(folder, 'key.pem'), pair.key)
    const body = { certificate, privateKey } as unknown as JsonObject
    const [id = ''] = await create(node, 'Certificate', body)
    await becomes(() => shown('file.example.net'), serialOf(pair))
    const [stored] = await list(node, 'Certificate', { subjectAlternativeNames: 'file.example.net' })
    assert.deepEqual([stored?.['certificate'], stored?.['privateKey']], [certificate, privateKey])

    // As on a node of the cluster that has no such file.
    await rm(join(folder, 'key.pem'))
    await using other = await startServer({ wrap: store => store })
    await other.store.transact(async tx => {
      const [row] = await node.store.read(from => from.objects.get('Certificate', [id]))
      assert.ok(row)
      await tx.objects.insert('Certificate', id, row.body, [], [])
    })
    const [seen] = await eventually(async () => {
      const nodes = await list(other, 'ClusterNode')
      return nodes[0]?.['lastError'] === null ? null : nodes
    }, 'the node tells of it')
    assert.match(String(seen?.['lastError']), new RegExp(`a certificate cannot be loaded: certificate ${id}: privateKey cannot be read from ${folder}/key.pem on this node \\(ENOENT\\)`))
    assert.equal(await shown('mail.example.org'), await shownBySmtp('mail.example.org'))
  })

  test('are refused when they could not be served, and nothing of them is repeated', async () => {
    const [pair, other] = [await selfMadePair('bad.example.net', now), await selfMadePair('other.example.net', now)]
    const here = (value: string) => ({ '@type': 'Text', value })
    const secret = (text: string) => ({ '@type': 'Text', secret: text })
    const [reply] = await node.call([['x:Certificate/set', { create: {
      mixed: { certificate: here(pair.cert), privateKey: secret(other.key) },
      swapped: { certificate: here(pair.key), privateKey: secret(pair.cert) },
      both: { certificate: here(pair.cert + pair.key), privateKey: secret(pair.key) },
      variable: { certificate: here(pair.cert), privateKey: { '@type': 'EnvironmentVariable', variableName: 'TEST_TLS_KEY' } },
      relative: { certificate: here(pair.cert), privateKey: { '@type': 'File', filePath: 'key.pem' } },
      passwd: { certificate: { '@type': 'File', filePath: '/etc/passwd' }, privateKey: secret(pair.key) },
      own: { ...typed(pair), issuer: 'me' },
      half: { certificate: here(pair.cert) },
    } }]])
    const errors = part(reply ?? {}, 'notCreated')
    const properties = Object.fromEntries(Object.entries(errors).map(([name, error]) =>
      [name, isJsonObject(error) ? [error['type'], error['properties']] : null]))
    assert.deepEqual(properties, {
      mixed: ['validationFailed', ['privateKey']], swapped: ['validationFailed', ['certificate']],
      both: ['validationFailed', ['certificate']], variable: ['validationFailed', ['privateKey']],
      relative: ['validationFailed', ['privateKey/filePath']], passwd: ['validationFailed', ['certificate']],
      own: ['invalidPatch', ['issuer']], half: ['validationFailed', ['privateKey/secret']],
    })
    const text = JSON.stringify(reply)
    assert.ok(keyLines(pair.key).every(line => !text.includes(line)), text)
    assert.doesNotMatch(text, /root:|no key at all/)
  })

  test('show their key nowhere: not in a reply, the schema, the audit log or the log', async () => {
    const pair = await selfMadePair('secret.example.net', now)
    const [id = ''] = await create(node, 'Certificate', typed(pair))
    const [before] = await list(node, 'Certificate', { subjectAlternativeNames: 'secret.example.net' })
    assert.deepEqual(before?.['privateKey'], { '@type': 'Text', secret: '****' })
    await update(node, 'Certificate', id, { certificate: { '@type': 'Text', value: `# renamed\n${pair.cert}` }, privateKey: { '@type': 'Text', secret: '****' } })
    await becomes(() => shown('secret.example.net'), serialOf(pair))
    await node.call([['x:Certificate/set', { destroy: [id] }]])
    const login = { authorization: `Basic ${Buffer.from(`admin:${ADMIN_PASSWORD}`).toString('base64')}` }
    const schema = await (await fetch(`http://127.0.0.1:${node.port('http')}/api/schema`, { headers: login })).text()
    const audit = await list(node, 'AuditEntry', { objectName: 'Certificate' })
    assert.ok(audit.length >= 3)
    for (const text of [schema, JSON.stringify(audit), JSON.stringify(await list(node, 'Certificate')), JSON.stringify(log.lines)]) {
      assert.ok(keyLines(pair.key).every(line => !text.includes(line)))
    }
  })
})
