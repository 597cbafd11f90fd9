/** NetworkListener: an address on which nodes serve a protocol. Which nodes open it is said by their roles. */
import { boolean, enumType, nullable, number, oneOf, set, string } from '../../base/fields.ts'
import { object } from '../schema/object.ts'

const PROTOCOL = enumType('NetworkListenerProtocol', [
  { name: 'smtp', label: 'SMTP' },
  { name: 'lmtp', label: 'LMTP' },
  { name: 'http', label: 'HTTP' },
  { name: 'imap', label: 'IMAP', explanation: 'Not served yet: such a listener is reported and stays closed.' },
  { name: 'pop3', label: 'POP3', explanation: 'Not served yet: such a listener is reported and stays closed.' },
  {
    name: 'manageSieve',
    label: 'ManageSieve',
    explanation: 'Not served yet: such a listener is reported and stays closed.',
  },
])

const TLS_VERSION = enumType('TlsVersion', [
  { name: 'tls12', label: 'TLS 1.2' },
  { name: 'tls13', label: 'TLS 1.3' },
])

const CIPHER_SUITE = enumType('TlsCipherSuite', [
  { name: 'tls13-aes-256-gcm-sha384', label: 'TLS 1.3, AES-256-GCM, SHA-384' },
  { name: 'tls13-aes-128-gcm-sha256', label: 'TLS 1.3, AES-128-GCM, SHA-256' },
  { name: 'tls13-chacha20-poly1305-sha256', label: 'TLS 1.3, ChaCha20-Poly1305, SHA-256' },
  { name: 'tls-ecdhe-ecdsa-with-aes-256-gcm-sha384', label: 'TLS 1.2, ECDHE-ECDSA, AES-256-GCM' },
  { name: 'tls-ecdhe-ecdsa-with-aes-128-gcm-sha256', label: 'TLS 1.2, ECDHE-ECDSA, AES-128-GCM' },
  { name: 'tls-ecdhe-ecdsa-with-chacha20-poly1305-sha256', label: 'TLS 1.2, ECDHE-ECDSA, ChaCha20-Poly1305' },
  { name: 'tls-ecdhe-rsa-with-aes-256-gcm-sha384', label: 'TLS 1.2, ECDHE-RSA, AES-256-GCM' },
  { name: 'tls-ecdhe-rsa-with-aes-128-gcm-sha256', label: 'TLS 1.2, ECDHE-RSA, AES-128-GCM' },
  { name: 'tls-ecdhe-rsa-with-chacha20-poly1305-sha256', label: 'TLS 1.2, ECDHE-RSA, ChaCha20-Poly1305' },
])

export const networkListener = object({
  name: 'NetworkListener',
  label: 'Listener',
  doc: 'An address on which nodes serve a protocol.',
  fields: {
    name: string('A name of its own, for roles and reports.', {
      update: 'immutable',
      index: 'unique',
      maxLength: 100,
    }),
    protocol: oneOf(PROTOCOL, 'What is spoken there.', { default: 'smtp' }),
    bind: set(
      { type: 'string', format: 'socketAddress' },
      'IP addresses with ports, such as 0.0.0.0:25 or [::]:25.',
      { minItems: 1, maxItems: 100 },
    ),
    maxConnections: nullable(
      number('Connections at a time on one node; empty: no limit.', 'unsignedInteger', { min: 1, default: 8_192 }),
    ),
    useTls: boolean('Offer TLS.', { default: true, label: 'Use TLS' }),
    tlsImplicit: boolean('Begin with TLS at once, without STARTTLS.', { label: 'TLS from the start' }),
    tlsDisableProtocols: set({ type: 'enum', enum: TLS_VERSION }, 'TLS versions that are not spoken.', {
      label: 'TLS versions switched off',
    }),
    tlsDisableCipherSuites: set({ type: 'enum', enum: CIPHER_SUITE }, 'Cipher suites that are not used.', {
      label: 'Cipher suites switched off',
    }),
    tlsTimeout: nullable(number('A TLS handshake may take this long.', 'duration', { default: 60_000 })),
    tlsIgnoreClientOrder: boolean('The server chooses among the cipher suites, not the client.', {
      default: true,
      label: 'Own order of cipher suites',
    }),
    socketBacklog: nullable(
      number('Connections that may wait to be accepted.', 'unsignedInteger', { min: 1, max: 65_535, default: 1_024 }),
    ),
    socketNoDelay: boolean('Send small packets at once (TCP_NODELAY).', { default: true, label: 'No delay' }),
    socketReusePort: boolean('Several processes of one machine may share the port (SO_REUSEPORT).', {
      default: false,
      label: 'Reuse port',
    }),
    overrideProxyTrustedNetworks: set(
      { type: 'string', format: 'ipNetwork' },
      'Proxies: what connects from there must begin with a PROXY protocol header, which names the client.',
      { maxItems: 100, label: 'Networks of proxies' },
    ),
  },
  // What the sockets of this server do; Node sets no other value.
  neutral: {
    socketReuseAddress: [true], socketReceiveBufferSize: [null], socketSendBufferSize: [null], socketTosV4: [null],
    socketTtl: [null],
  },
  labelProperty: 'name',
  columns: ['name', 'protocol', 'bind', 'tlsImplicit'],
  sections: {
    NetworkListener: [
      { title: 'Listener', fields: ['name', 'protocol', 'bind', 'maxConnections'] },
      {
        title: 'TLS',
        fields: [
          'useTls',
          'tlsImplicit',
          'tlsDisableProtocols',
          'tlsDisableCipherSuites',
          'tlsTimeout',
          'tlsIgnoreClientOrder',
        ],
      },
      { title: 'Proxies', fields: ['overrideProxyTrustedNetworks'] },
      { title: 'Socket', fields: ['socketBacklog', 'socketNoDelay', 'socketReusePort'] },
    ],
  },
  menu: { section: 'Settings', icon: 'network', group: 'Network', link: 'Listeners' },
  hooks: {
    check(next, _before, problems) {
      if (next['tlsImplicit'] === true && next['useTls'] === false) {
        problems.invalid(['tlsImplicit'], true, 'needs useTls; switch useTls on, or tlsImplicit off.')
      }
      const off = next['tlsDisableProtocols']
      if (
        next['useTls'] === true &&
        off !== undefined &&
        TLS_VERSION.members.every(({ name }) => Object.hasOwn(off as object, name))
      ) {
        problems.invalid(
          ['tlsDisableProtocols'],
          TLS_VERSION.members.map(({ name }) => name),
          'leaves no TLS version; keep one, or switch useTls off.',
        )
      }
    },
  },
})
