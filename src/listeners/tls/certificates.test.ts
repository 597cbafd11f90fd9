import assert from 'node:assert/strict'
import { beforeEach, suite, test } from 'node:test'
import { VirtualClock } from '../../base/virtual-clock.ts'
import type { CertificateProblem } from '../../registry/objects/certificate.ts'
import type { CertificateTexts } from '../../services/certificates/certificate-reader.ts'
import { recordingLog, TestCertificate } from '../../../test/support/listeners.ts'
import { Certificates, LOOK_MS } from './certificates.ts'
import { selfMadeCertificate } from './self-made.ts'
import type { KeyPair } from './settings.ts'

const DAY_MS = 86_400_000
const clock = new VirtualClock()
const selfMade = await TestCertificate.make()
const make = (host: string, fromMs = clock.now()): Promise<KeyPair> => selfMadeCertificate(host, fromMs)
const [mail, newer, wildcard, past, future] = await Promise.all([
  make('mail.example.org'), make('mail.example.org', clock.now() + 3_000), make('*.example.org', clock.now() + 60_000),
  make('mail.example.org', clock.now() - 400 * DAY_MS), make('mail.example.org', clock.now() + DAY_MS),
])

suite('the certificate for a host', () => {
  let shelf: Map<string, KeyPair | CertificateProblem>
  let log: ReturnType<typeof recordingLog>
  let certificates: Certificates

  const reader = {
    read({ name }: { readonly [key: string]: unknown }): Promise<CertificateTexts | CertificateProblem> {
      const found = shelf.get(String(name))
      assert.ok(found)
      return Promise.resolve('kind' in found ? found : { kind: 'texts', certificate: found.cert, privateKey: found.key })
    },
  }
  const apply = (...names: string[]) => certificates.apply(names.map(name => ({ id: name, value: { name } })))
  /** By the text of its key, which is as good as its name. */
  const is = (found: KeyPair, expected: KeyPair) => { assert.equal(found.key.trim(), expected.key.trim()) }

  beforeEach(() => {
    shelf = new Map(Object.entries({ mail, newer, wildcard, past, future }))
    log = recordingLog()
    certificates = new Certificates({ hostname: 'node.example.org', selfMade, challenges: { overTls: host => Promise.resolve(host === 'asked.example.org' ? Buffer.alloc(32, 7) : null) }, reader, clock, log })
  })

  test('is the self-made one as long as no other names it', async () => {
    is(certificates.named('mail.example.org'), selfMade.current())
    await apply('mail')
    is(certificates.named('mail.example.org'), mail)
    for (const host of ['example.org', 'x.mail.example.org', 'mail.example.org.evil', 'MAIL', '', '*.example.org', 'constructor']) {
      is(certificates.named(host), selfMade.current())
    }
    is(certificates.named('Mail.EXAMPLE.org.'), mail)
    await apply()
    is(certificates.named('mail.example.org'), selfMade.current())
  })

  test('may name it by a wildcard for one label, after those that name it outright', async () => {
    await apply('wildcard', 'mail')
    is(certificates.named('mail.example.org'), mail)
    is(certificates.named('imap.example.org'), wildcard)
    is(certificates.named('a.b.example.org'), selfMade.current())
    is(certificates.named('example.org'), selfMade.current())
  })

  test('is the one that ends last of those that are valid', async () => {
    for (const order of [['mail', 'newer'], ['newer', 'mail']]) {
      await apply(...order)
      is(certificates.named('mail.example.org'), newer)
    }
    await apply('future', 'past', 'mail')
    is(certificates.named('mail.example.org'), mail)
    await apply('past', 'wildcard')
    is(certificates.named('mail.example.org'), wildcard)
    await apply('past')
    is(certificates.named('mail.example.org'), past)
  })

  test('is that of the host name of the node for who asks for none', async () => {
    let renewed = 0
    certificates.onRenewed(() => { renewed += 1 })
    is(certificates.current(), selfMade.current())
    await apply('wildcard')
    is(certificates.current(), wildcard)
    assert.equal(renewed, 1)
    await apply('wildcard')
    assert.equal(renewed, 1, 'nothing has changed')
    selfMade.replace(selfMade.current())
    assert.equal(renewed, 2)
  })

  test('that cannot be loaded is said once, and the others are served', async () => {
    shelf.set('broken', { kind: 'problem', property: 'privateKey', text: 'cannot be read from /etc/key on this node (ENOENT).' })
    shelf.set('mixed', { cert: mail.cert, key: newer.key })
    await apply('broken', 'mixed', 'mail')
    await apply('broken', 'mixed', 'mail')
    is(certificates.named('mail.example.org'), mail)
    const problems = [
      'certificate broken: privateKey cannot be read from /etc/key on this node (ENOENT).',
      'certificate mixed: privateKey does not belong to the certificate; send both when you exchange them.',
    ]
    assert.deepEqual(certificates.report().problems, problems)
    const errors = log.lines.filter(({ level }) => level === 'error')
    assert.deepEqual(errors.map(({ fields }) => fields), problems.map(error => ({ error })))
    await apply('mail')
    assert.deepEqual(certificates.report().problems, [])
  })

  test('is read again when its file changes, and served on when the file goes', async () => {
    shelf.set('file', mail)
    await certificates.start()
    await apply('file')
    shelf.set('file', newer)
    await clock.advance(LOOK_MS)
    is(certificates.named('mail.example.org'), newer)
    shelf.set('file', { kind: 'problem', property: 'certificate', text: 'is gone.' })
    await clock.advance(LOOK_MS)
    is(certificates.named('mail.example.org'), newer)
    assert.deepEqual(certificates.report().problems, ['certificate file: certificate is gone.'])
    await certificates.stop()
  })

  test('is exchanged for who asks for none when the one in use is over', async () => {
    shelf.set('short', await make('node.example.org', clock.now() - 365 * DAY_MS + LOOK_MS))
    await certificates.start()
    await apply('short')
    let renewed = 0
    certificates.onRenewed(() => { renewed += 1 })
    await apply('short', 'wildcard')
    assert.equal(renewed, 1)
    await clock.advance(LOOK_MS)
    is(certificates.current(), wildcard)
    assert.equal(renewed, 2)
    await certificates.stop()
  })
})
