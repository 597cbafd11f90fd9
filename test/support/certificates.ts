/** Certificates for tests: as the server makes them, and of all other kinds by the openssl of the machine. */
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { selfMadeCertificate } from '../../src/listeners/tls/self-made.ts'
import type { KeyPair } from '../../src/listeners/tls/settings.ts'

const run = promisify(execFile)

/** P-256, valid for a year. */
export function selfMadePair(host: string, fromMs = Date.UTC(2026, 0, 1)): Promise<KeyPair> {
  return selfMadeCertificate(host, fromMs)
}

export interface SignedOptions {
  /** As `openssl genpkey` takes it: `RSA`, `EC`, `ED25519`. */
  readonly algorithm?: string
  readonly options?: readonly string[]
  readonly subject?: string
  /** As `subjectAltName` is written there; null: none. */
  readonly names?: string | null
}

/** Signed with itself, valid for 30 days. */
export async function opensslPair({ algorithm = 'RSA', options = [], subject = '/CN=openssl', names = 'DNS:mx.example.org' }: SignedOptions = {}): Promise<KeyPair> {
  const folder = await mkdtemp(join(tmpdir(), 'rota-openssl-'))
  try {
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
    await run('openssl', ['genpkey', '-algorithm', algorithm, ...options.flatMap(option => ['-pkeyopt', option]), '-out', key])
    const extension = names === null ? [] : ['-addext', `subjectAltName=${names}`]
    await run('openssl', ['req', '-x509', '-key', key, '-days', '30', '-subj', subject, ...extension, '-out', cert])
    return { key: await readFile(key, 'utf8'), cert: await readFile(cert, 'utf8') }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Issued by another certificate, as those of authorities are, for 30 days. */
export async function issuedPair(name: string): Promise<KeyPair> {
  const folder = await mkdtemp(join(tmpdir(), 'rota-openssl-'))
  try {
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
    const ca = ['-CA', join(folder, 'ca.pem'), '-CAkey', join(folder, 'ca-key.pem')]
    const ec = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']
    await run('openssl', ['req', '-x509', ...ec, '-days', '60', '-subj', '/CN=authority', '-keyout', join(folder, 'ca-key.pem'), '-out', join(folder, 'ca.pem')])
    await run('openssl', ['req', '-x509', ...ec, ...ca, '-days', '30', '-subj', `/CN=${name}`, '-addext', `subjectAltName=DNS:${name}`, '-keyout', key, '-out', cert])
    return { key: await readFile(key, 'utf8'), cert: await readFile(cert, 'utf8') }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
