/** The login page as a person meets it: in a browser, with a keyboard, on a small screen, in the dark. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Page } from 'playwright-core'
import { FAILURES_PER_NAME_MAX } from '../../src/services/auth/failures.ts'
import { accessFaults, Browser, chromiumMissing, SCHEMES, type VisitOptions } from '../support/browser.ts'
import { withHttp, type HttpWorld } from '../support/http-world.ts'
import { tokensOf, WebConsole } from '../support/web-console.ts'

const PASSWORD = 'pä:ssword'
/** The place that a console gets its code at is not there: only its address counts. */
const NO_CONSOLE = /console: Failed to load resource: .*404/
const REFUSED = /console: Failed to load resource: .*(401|403|429)/
const FOCUSED = 'document.activeElement.id'

describe('the login page in chromium', { skip: chromiumMissing(), timeout: 120_000 }, () => {
  let browser: Browser
  before(async () => { browser = await Browser.open() })
  after(() => browser[Symbol.asyncDispose]())

  type Visit = (page: Page, web: WebConsole, world: HttpWorld) => Promise<void>
  async function visit(work: Visit, options: VisitOptions = {}): Promise<void> {
    await withHttp(world => browser.visit(world.url, page => work(page, new WebConsole(world.url), world), options))
  }

  test('name given, password typed, Enter: the console gets a code for its state, and the code gives tokens', async () => {
    await visit(async (page, web, { url }) => {
      await page.goto(web.loginUrl())
      assert.equal(await page.evaluate(FOCUSED), 'password')
      assert.equal(await page.locator('#name').inputValue(), 'jane')
      await page.keyboard.insertText(PASSWORD)
      await page.keyboard.press('Enter')
      await page.waitForURL(`${web.callback}?**`)
      const to = new URL(page.url())
      assert.deepEqual([to.searchParams.get('state'), to.searchParams.get('iss')], [web.state, url])
      const tokens = await tokensOf(await web.redeem(to.searchParams.get('code') ?? ''))
      assert.equal(await web.status(tokens.access_token), 200)

      // From a page of this server, as the console is one.
      await page.goto(web.loginUrl())
      const back = `${url}/admin/`
      const query = new URLSearchParams({ client_id: web.clientId, post_logout_redirect_uri: back }).toString()
      await page.evaluate(`void (location.href = ${JSON.stringify(`/auth/logout?${query}`)})`)
      await page.waitForURL(back)
      assert.equal(await web.status(tokens.access_token), 401, 'the browser sent the cookie of its login')
    }, { expected: [NO_CONSOLE] })
  })

  test('what is wrong is said where a screen reader hears it, and the password can be typed again at once', async () => {
    await visit(async (page, web) => {
      const alert = (text: string) => page.getByRole('alert').filter({ hasText: text }).waitFor()
      await page.goto(web.loginUrl({ login_hint: null }))
      assert.equal(await page.evaluate(FOCUSED), 'name')
      await page.keyboard.press('Enter')
      await alert('Enter your name and your password.')
      await page.keyboard.insertText('jane')
      await page.keyboard.press('Tab')
      await page.keyboard.insertText('wrong')
      await page.keyboard.press('Enter')
      await alert('The name or the password is wrong.')
      assert.equal(await page.evaluate(FOCUSED), 'password')
      assert.equal(await page.locator('#password').getAttribute('aria-describedby'), 'problem')
      for (let guess = 0; guess < FAILURES_PER_NAME_MAX; guess++) await web.signIn('jane', `guess ${guess}`)
      await page.keyboard.insertText(PASSWORD)
      await page.keyboard.press('Enter')
      await alert('Too many attempts. Try again in 15 minutes.')
    }, { expected: [REFUSED] })
  })

  test('every field has a label, and the keyboard reaches everything in order', async () => {
    await visit(async (page, web) => {
      await page.goto(web.loginUrl({ login_hint: null }))
      for (const label of ['User name or address', 'Password']) {
        assert.equal(await page.getByLabel(label, { exact: true }).count(), 1, label)
      }
      const order: unknown[] = []
      for (let stop = 0; stop < 4; stop++) {
        order.push(await page.evaluate(FOCUSED))
        await page.keyboard.press('Tab')
      }
      assert.deepEqual(order, ['name', 'password', 'show', 'send'])
      await page.locator('#show').click()
      assert.equal(await page.locator('#password').getAttribute('type'), 'text')
    })
  })

  test('it fits 320 pixels, and anybody can read and use it by day and by night', async () => {
    for (const scheme of SCHEMES) {
      await visit(async (page, web) => {
        for (const url of [web.loginUrl(), web.loginUrl({ redirect_uri: 'x' })]) {
          for (const [width, height] of [[1_280, 800], [360, 740], [320, 568]] as const) {
            await page.setViewportSize({ width, height })
            await page.goto(url)
            assert.ok(Number(await page.evaluate('document.documentElement.scrollWidth')) <= width, `${scheme} ${width} ${url}`)
          }
          assert.deepEqual(await accessFaults(page), [], `${scheme} ${url}`)
        }
      }, { scheme, expected: [/console: Failed to load resource: .*400/] })
    }
  })
})
