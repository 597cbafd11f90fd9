import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { redirectTarget } from './redirect.ts'

const ORIGIN = 'https://mail.example.org'

test('back to the own origin, at any path', () => {
  for (const path of ['', '/', '/admin/oauth/callback', '/a/b%20c/', '/%C3%BC']) {
    assert.equal(redirectTarget(ORIGIN + path, ORIGIN), 'sameOrigin', path)
  }
  assert.equal(redirectTarget('http://192.0.2.1:8080/admin/', 'http://192.0.2.1:8080'), 'sameOrigin')
  assert.equal(redirectTarget('http://127.0.0.1:8080/admin/', 'http://127.0.0.1:8080'), 'sameOrigin')
})

test('a program on the own machine, on any port', () => {
  for (const text of ['http://127.0.0.1:49152/callback', 'http://[::1]:1/', 'http://127.0.0.1/x', 'http://[::1]']) {
    assert.equal(redirectTarget(text, ORIGIN), 'loopback', text)
  }
})

test('nowhere else', () => {
  const elsewhere = [
    '', ' ', 'x', '/', '/admin/', '//mail.example.org/', 'https:', 'https://', 'https:///', 'null',
    'http://mail.example.org/', 'https://mail.example.org:8443/', 'https://mail.example.org:443/',
    'https://mail.example.org./', 'https://MAIL.example.org/', 'https://evil.example/',
    'https://mail.example.org.evil.example/', 'https://evil.example/mail.example.org',
    'https://mail.example.org@evil.example/', 'https://evil.example\\@mail.example.org/',
    'https://user@mail.example.org/', 'https://user:pw@mail.example.org/', 'https://:@mail.example.org/',
    'https://mail.example.org/#', 'https://mail.example.org/#a', 'https://mail.example.org/?code=1',
    'https://mail.example.org/?', 'https://mail.example.org\\/', 'https:/mail.example.org/',
    'https:\\\\mail.example.org/', 'https://mail.example.org/a b', 'https://mail.example.org/a\n',
    'https://mail.example.org/a\r\nSet-Cookie: a=b', '\thttps://mail.example.org/', 'https://mail.example.org/ ',
    'https://mail.example.org/a/../b', 'https://mail.example.org/./', 'https://mail.example.org/%2e%2e/',
    'javascript:alert(1)', 'javascript://mail.example.org/%0aalert(1)', 'data:text/html,x',
    'blob:https://mail.example.org/x',
    'file:///etc/passwd', 'ftp://mail.example.org/', 'custom.scheme:/callback', 'https://[mail.example.org]/',
    'http://localhost:8080/', 'https://127.0.0.1/', 'http://127.0.0.2/', 'http://127.1/', 'http://2130706433/',
    'http://0x7f.1/', 'http://0177.0.0.1/', 'http://127.0.0.1.evil.example/', 'http://[::ffff:127.0.0.1]/',
    'http://[0:0:0:0:0:0:0:1]/', 'http://0.0.0.0/', 'http://user@127.0.0.1/', 'http://127.0.0.1:99999/',
    `https://mail.example.org/${'x'.repeat(1_000)}`, 'https://mail.example.org/\ud800', 'https://mail.example.org/ü',
  ]
  for (const text of elsewhere) assert.equal(redirectTarget(text, ORIGIN), null, text)
})

test('what is accepted is on the origin or on loopback for every parser', () => {
  const part = fc.constantFrom(
    'https:', 'http:', '//', '/', '\\', '@', 'mail.example.org', '127.0.0.1', 'evil.example', ':', '.', '?', '#', '\t',
  )
  fc.assert(fc.property(fc.array(part, { maxLength: 8 }), parts => {
    const text = parts.join('')
    if (redirectTarget(text, ORIGIN) === null) return
    assert.match(text, /^(https:\/\/mail\.example\.org|http:\/\/127\.0\.0\.1)(:\d+)?(\/|$)/)
  }), { numRuns: 2_000 })
})
