/**
 * A certificate that renews itself in a cluster: the node that works has no listeners, the node that has them works
 * nothing. What the authority asks is answered by the second, and it serves the certificate that the first has obtained.
 */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { after, before, describe, test } from 'node:test'
import { connect as connectTls, type PeerCertificate } from 'node:tls'
import { create, list } from '../support/api-call.ts'
import { Pebble, pebbleMissing } from '../support/pebble.ts'
import { postgresMissing, sharedPostgres, stopSharedPostgres } from '../support/postgres.ts'
import { eventually, startServer, type TestServer } from '../support/server.ts'

describe('certificates of a cluster', { skip: pebbleMissing() || postgresMissing() }, () => {
  let front: TestServer
  let back: TestServer
  let https: number
  let pebble: Pebble

  before(async () => {
    const url = await (await sharedPostgres()).freshDatabase()
    const start = (name: string, role: string | null) =>
      startServer({ variables: { DATABASE_URL: url, STALWART_HOSTNAME: name, ...(role === null ? {} : { STALWART_ROLE: role }) } })
    const seed = await start('seed-node', null)
    await create(seed, 'ClusterRole', { name: 'front', tasks: { '@type': 'DisableAll' }, listeners: { '@type': 'EnableAll' } })
    await create(seed, 'ClusterRole', { name: 'back', tasks: { '@type': 'EnableAll' }, listeners: { '@type': 'DisableAll' } })
    await create(seed, 'NetworkListener', { name: 'https', protocol: 'http', bind: { '127.0.0.1:0': true }, tlsImplicit: true })
    await seed.stop()
    front = await start('front-node', 'front')
    back = await start('back-node', 'back')
    https = await eventually(() => Promise.resolve(front.server.listeners
      .find(({ name }) => name === 'https')?.addresses.find(({ state }) => state === 'up')?.port), 'https is up')
    pebble = await Pebble.start({ httpPort: front.port('http'), tlsPort: https })
  })
  after(async () => {
    await pebble[Symbol.asyncDispose]()
    await back.stop()
    await front.stop()
    await stopSharedPostgres()
  })

  async function shown(servername: string): Promise<PeerCertificate> {
    const socket = connectTls({ host: '127.0.0.1', port: https, servername, rejectUnauthorized: false })
    await once(socket, 'secureConnect')
    const certificate = socket.getPeerCertificate()
    socket.destroy()
    return certificate
  }
  const isIssued = async (host: string) => /Pebble/.test(String((await shown(host)).issuer.CN))

  for (const [challengeType, name] of [['Http01', 'example.net'], ['TlsAlpn01', 'example.com']] as const) {
    test(`are obtained by one node and served by the other: ${challengeType}`, async () => {
      const [acmeProviderId = ''] = await create(front, 'AcmeProvider', {
        directory: pebble.directory, trustedCertificate: pebble.trusted, challengeType, contact: { 'hostmaster@example.org': true },
      })
      const host = `mail.${name}`
      assert.equal(await isIssued(host), false)
      const [domainId = ''] = await create(front, 'Domain', {
        name, certificateManagement: { '@type': 'Automatic', acmeProviderId, subjectAlternativeNames: { [host]: true } },
      })
      await eventually(() => isIssued(host), `${host} is served with the new certificate`)
      const [certificate] = await list(front, 'Certificate', { subjectAlternativeNames: host })
      assert.match(String(certificate?.['issuer']), /Pebble/)
      assert.ok(!JSON.stringify(certificate).includes('PRIVATE KEY'))

      // Two thirds of its years.
      const due = Date.parse(String(certificate?.['notValidBefore'])) + 86_400_000
      await eventually(async () => {
        const found = await list(front, 'Task', { '@type': 'AcmeRenewal', domainId })
        return found.length === 1 && Date.parse(String(found[0]?.['due'])) > due
      }, 'the next renewal waits')
      const [provider] = await list(front, 'AcmeProvider')
      assert.match(String(provider?.['accountUri']), /^https:\/\/127\.0\.0\.1:\d+\/my-account\//)
      assert.equal(provider?.['accountKey'], '****')
    })
  }
})
