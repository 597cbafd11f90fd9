import assert from 'node:assert/strict'
import { test } from 'node:test'
import { asciiDomain, traceHeader } from './trace.ts'
import type { Trace } from './trace.ts'

const base: Trace = {
  mailFrom: 'jane@client.example', hostname: 'mx.example.org', helo: 'client.example', remoteAddress: '192.0.2.7', protocol: 'smtp',
  extended: true, utf8: false, tls: null, id: 'abc123', recipient: 'joe@example.org', at: Date.UTC(2026, 10, 1, 7, 5, 9),
}

test('the lines of RFC 5321 §4.4', () => {
  assert.equal(traceHeader(base), [
    'Return-Path: <jane@client.example>',
    'Received: from client.example ([192.0.2.7])',
    '\tby mx.example.org with ESMTP id abc123',
    '\tfor <joe@example.org>;',
    '\tSun, 01 Nov 2026 07:05:09 +0000',
    '',
  ].join('\r\n'))
})

test('several recipients are not named, the null sender is empty, IPv6 is marked, TLS is named', () => {
  const header = traceHeader({ ...base, recipient: null, mailFrom: '', remoteAddress: '2001:db8::1', tls: 'TLSv1.3 TLS_AES_256_GCM_SHA384' })
  assert.match(header, /^Return-Path: <>\r\n/)
  assert.match(header, /\(\[IPv6:2001:db8::1\]\)/)
  assert.match(header, /with ESMTPS \(TLSv1\.3 TLS_AES_256_GCM_SHA384\) id abc123;\r\n/)
  assert.doesNotMatch(header, /for </)
})

test('the protocol names of RFC 3848 and RFC 6531', () => {
  const name = (fields: Partial<Trace>) => /with (\S+)/.exec(traceHeader({ ...base, ...fields }))?.[1]
  assert.equal(name({ extended: false }), 'SMTP')
  assert.equal(name({ protocol: 'lmtp' }), 'LMTP')
  assert.equal(name({ protocol: 'lmtp', tls: 'x' }), 'LMTPS')
  assert.equal(name({ utf8: true, tls: 'x' }), 'UTF8SMTPS')
  assert.equal(name({ protocol: 'lmtp', utf8: true }), 'UTF8LMTP')
})

test('what the client calls itself can neither end the line nor pass for more than a name', () => {
  const header = traceHeader({ ...base, helo: 'x)\r\nBcc: (é by evil' })
  assert.match(header, /^Return-Path: [^\r]*\r\nReceived: from x\?\?\?Bcc:\?\?\?\?by\?evil \(\[192\.0\.2\.7\]\)\r\n/)
})

test('domains in a header are ASCII; what is no domain stays', () => {
  assert.equal(asciiDomain('jörg@Bücher.example'), 'jörg@xn--bcher-kva.example')
  assert.equal(asciiDomain('root@[192.0.2.1]'), 'root@[192.0.2.1]')
  assert.equal(asciiDomain('postmaster'), 'postmaster')
  assert.equal(asciiDomain(''), '')
})
