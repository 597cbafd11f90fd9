/** The TLS fields of a NetworkListener in the words of node:tls. TLS 1.2 is the oldest version there is. */
import type { SecureContext } from 'node:tls'
import { setMembers } from '../../base/fields.ts'
import type { NetworkListener } from '../network-listener.ts'

/** PEM texts: private key (PKCS #8) and certificate chain. */
export interface KeyPair { readonly key: string; readonly cert: string }
export interface TlsSettings {
  readonly minVersion: 'TLSv1.2' | 'TLSv1.3'
  readonly maxVersion: 'TLSv1.2' | 'TLSv1.3'
  /** OpenSSL's list, in the order of preference of the server. */
  readonly ciphers: string
  readonly honorCipherOrder: boolean
}
/** With the certificate for clients that ask for no host, and a way to that of the others. */
export type SecureOptions = TlsSettings & KeyPair & { readonly SNICallback: FindContext }
export type FindContext = (host: string, found: (error: Error | null, context?: SecureContext) => void) => void

/** Registry name → OpenSSL name, best first. */
const TLS13_SUITES: Readonly<Record<string, string>> = {
  'tls13-aes-256-gcm-sha384': 'TLS_AES_256_GCM_SHA384',
  'tls13-chacha20-poly1305-sha256': 'TLS_CHACHA20_POLY1305_SHA256',
  'tls13-aes-128-gcm-sha256': 'TLS_AES_128_GCM_SHA256',
}
const TLS12_SUITES: Readonly<Record<string, string>> = {
  'tls-ecdhe-ecdsa-with-aes-256-gcm-sha384': 'ECDHE-ECDSA-AES256-GCM-SHA384',
  'tls-ecdhe-ecdsa-with-chacha20-poly1305-sha256': 'ECDHE-ECDSA-CHACHA20-POLY1305',
  'tls-ecdhe-ecdsa-with-aes-128-gcm-sha256': 'ECDHE-ECDSA-AES128-GCM-SHA256',
  'tls-ecdhe-rsa-with-aes-256-gcm-sha384': 'ECDHE-RSA-AES256-GCM-SHA384',
  'tls-ecdhe-rsa-with-chacha20-poly1305-sha256': 'ECDHE-RSA-CHACHA20-POLY1305',
  'tls-ecdhe-rsa-with-aes-128-gcm-sha256': 'ECDHE-RSA-AES128-GCM-SHA256',
}

type TlsFields = Pick<NetworkListener, 'tlsDisableProtocols' | 'tlsDisableCipherSuites' | 'tlsIgnoreClientOrder'>

/** Null when so much is disabled that no handshake could succeed. A version without a suite counts as disabled. */
export function tlsSettings(listener: TlsFields): TlsSettings | null {
  const versions = new Set(setMembers(listener.tlsDisableProtocols))
  const suites = new Set(setMembers(listener.tlsDisableCipherSuites))
  const left = (version: string, table: Readonly<Record<string, string>>) =>
    versions.has(version) ? [] : Object.entries(table).filter(([name]) => !suites.has(name)).map(([, suite]) => suite)
  const tls13 = left('tls13', TLS13_SUITES)
  const tls12 = left('tls12', TLS12_SUITES)
  if (tls13.length + tls12.length === 0) return null
  return {
    minVersion: tls12.length > 0 ? 'TLSv1.2' : 'TLSv1.3',
    maxVersion: tls13.length > 0 ? 'TLSv1.3' : 'TLSv1.2',
    ciphers: [...tls13, ...tls12].join(':'),
    honorCipherOrder: listener.tlsIgnoreClientOrder,
  }
}
