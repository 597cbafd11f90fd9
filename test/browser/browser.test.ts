/** The browser that the other tests look through: what a page does wrong must not get past it. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, describe, it } from 'node:test'
import { accessFaults, Browser, chromiumMissing } from '../support/browser.ts'

const POLICY = "default-src 'none'; script-src 'self'; connect-src *; img-src data:; require-trusted-types-for 'script'"

describe('the browser of the tests', { skip: chromiumMissing(), timeout: 120_000 }, () => {
  const world = new AsyncDisposableStack()
  let browser: Browser
  let server: Server
  let origin: string
  let script = ''
  let body = ''
  before(async () => {
    browser = world.use(await Browser.open())
    server = createServer((request, response) => {
      const isScript = request.url === '/main.js'
      response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html; charset=utf-8')
      response.setHeader('content-security-policy', POLICY)
      response.end(isScript ? script : `<!doctype html><html lang="en"><head><title>t</title><link rel="icon" href="data:,"></head><body>${body}<script src="/main.js"></script></body></html>`)
    }).listen(0, '127.0.0.1')
    world.defer(() => {
      server.close()
      server.closeAllConnections()
    })
    await once(server, 'listening')
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  after(() => world.disposeAsync())

  /** A page with this script, which marks its title once it is through. */
  async function visit(code: string, expected: readonly RegExp[] = []): Promise<void> {
    script = `${code}\n;document.title = 'done'`
    await browser.visit(origin, async page => {
      await page.goto(origin)
      await page.waitForFunction("document.title === 'done'")
      // Rejections are told after the script has ended.
      await page.evaluate('new Promise(resolve => requestAnimationFrame(() => requestAnimationFrame(resolve)))')
    }, { expected })
  }

  it('says nothing of a page that does nothing wrong', async () => {
    await visit("console.log('well')")
  })

  const wrong: readonly (readonly [string, string, RegExp])[] = [
    ['an error in its console', "console.error('what?')", /console: what\?/],
    ['a warning in its console', "console.warn('old')", /console: old/],
    ['a rejection that nobody handles', "Promise.reject(new Error('lost'))", /uncaught: Error: lost/],
    ['an exception', "queueMicrotask(() => { throw new Error('thrown') })", /uncaught: Error: thrown/],
    ['a style that its policy forbids', "document.head.append(Object.assign(document.createElement('style'), { textContent: 'p {}' }))", /console: .*style/i],
    ['markup from text', "try { document.body.innerHTML = '<p>' } catch {}", /console: .*TrustedHTML/],
    ['a request to another host', "fetch('http://localhost:1/x').catch(() => {})", /another host: http:\/\/localhost:1\/x/],
  ]
  for (const [what, code, complaint] of wrong) {
    it(`fails a visit for ${what}`, async () => {
      await assert.rejects(visit(code), complaint)
    })
  }

  it('lets a test expect a complaint, and no other', async () => {
    await visit("console.error('what?')", [/what/])
    await assert.rejects(visit("console.error('what?'); console.error('why?')", [/what/]), /console: why\?/)
  })

  it('tells what a page looked like and said when a test fails in it', async () => {
    script = "console.error('on the way')"
    const error = await browser.visit(origin, async page => {
      await page.goto(origin)
      throw new Error('the test')
    }).then(() => assert.fail('it passed'), String)
    assert.match(error, /the test\nat http:[^]*The page complained:[^]*on the way/)
    await rm(/see (.*failed-.*\.jpeg)/.exec(error)?.[1] ?? assert.fail(error))
  })

  it('finds what people with impairments could not use', async () => {
    body = '<main><h1>t</h1><input></main>'
    script = ''
    await browser.visit(origin, async page => {
      await page.goto(origin)
      const faults = await accessFaults(page)
      assert.equal(faults.length, 1, faults.join('\n'))
      assert.match(faults[0] ?? '', /^label: /)
    })
    body = ''
  })
})
