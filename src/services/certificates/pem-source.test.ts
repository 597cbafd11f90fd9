import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { CertificateReader } from './certificate-reader.ts'
import { PEM_BYTES_MAX, readPem } from './pem-source.ts'

let folder: string
before(async () => { folder = await mkdtemp(join(tmpdir(), 'rota-pem-')) })
after(() => rm(folder, { recursive: true, force: true }))

const file = (name: string) => readPem({ '@type': 'File', filePath: name.startsWith('/') ? name : join(folder, name) }, {})
const variable = (name: string) => readPem({ '@type': 'EnvironmentVariable', variableName: name }, { TLS_KEY: 'the key', EMPTY: '' })

test('the object itself, a variable and a file hold a text', async () => {
  assert.deepEqual(await readPem({ '@type': 'Text', value: 'here' }, {}), { kind: 'text', text: 'here' })
  assert.deepEqual(await readPem({ '@type': 'Text', secret: 'here' }, {}), { kind: 'text', text: 'here' })
  assert.deepEqual(await variable('TLS_KEY'), { kind: 'text', text: 'the key' })
  await writeFile(join(folder, 'key.pem'), 'x'.repeat(PEM_BYTES_MAX))
  await symlink(join(folder, 'key.pem'), join(folder, 'live.pem'))
  assert.deepEqual(await file('live.pem'), { kind: 'text', text: 'x'.repeat(PEM_BYTES_MAX) })
})

test('what is not there is said, and nothing of what is there', async () => {
  for (const name of ['NOBODY', 'EMPTY', '__proto__', 'constructor']) {
    assert.deepEqual(await variable(name), { kind: 'unreadable', reason: `is to be read from the variable ${name}, which is not set on this node.` })
  }
  assert.deepEqual(await file('missing.pem'), { kind: 'unreadable', reason: `cannot be read from ${folder}/missing.pem on this node (ENOENT).` })
  assert.deepEqual(await readPem({ '@type': 'Vault' }, {}), { kind: 'unreadable', reason: 'is of a kind that this version does not know.' })
})

test('only regular files are read, and not more than fits', async () => {
  execFileSync('mkfifo', [join(folder, 'pipe')])
  for (const name of ['pipe', '.', '/dev/zero']) {
    const read = await file(name)
    assert.match(read.kind === 'unreadable' ? read.reason : '', /which is no regular file/, name)
  }
  await writeFile(join(folder, 'large.pem'), 'x'.repeat(PEM_BYTES_MAX + 1))
  assert.deepEqual(await file('large.pem'), { kind: 'unreadable', reason: `is longer than ${PEM_BYTES_MAX} bytes.` })
  assert.deepEqual(await readPem({ '@type': 'File', filePath: 'key.pem' }, {}), { kind: 'unreadable', reason: 'is to be read from a file whose path is not absolute.' })
})

test('a key that is sent as the certificate is refused: that property is shown', async () => {
  const key = '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----'
  const read = await new CertificateReader({}).read({ certificate: { '@type': 'Text', value: key }, privateKey: { '@type': 'Text', secret: key } })
  assert.equal(read.kind === 'problem' && read.property, 'certificate')
  assert.match(read.kind === 'problem' ? read.text : '', /holds a private key/)
})
