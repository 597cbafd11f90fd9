/** The login page as a person meets it: in a browser, with a keyboard, on a small screen, in the dark. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { FAILURES_PER_NAME_MAX } from '../../src/services/auth/failures.ts'
import { Browser, chromiumMissing } from '../support/chromium.ts'
import { withHttp, type HttpWorld } from '../support/http-world.ts'
import { tokensOf, WebConsole } from '../support/web-console.ts'

const PASSWORD = 'pä:ssword'
const ALERT = "document.querySelector('[role=alert]').textContent"

async function inBrowser(work: (browser: Browser, web: WebConsole, world: HttpWorld) => Promise<void>) {
  await withHttp(async world => {
    await using browser = await Browser.open()
    await work(browser, new WebConsole(world.url), world)
  })
}

describe('the login page in chromium', { skip: chromiumMissing(), timeout: 120_000 }, () => {
  test('name given, password typed, Enter: the console gets a code for its state, and the code gives tokens', async () => {
    await inBrowser(async (browser, web, { url }) => {
      await browser.go(web.loginUrl())
      assert.equal(await browser.ask('document.activeElement.id'), 'password')
      assert.equal(await browser.ask("document.getElementById('name').value"), 'jane')
      await browser.type(PASSWORD)
      const arrival = browser.arrival()
      await browser.press('Enter')
      const to = new URL(await arrival)
      assert.equal(to.origin + to.pathname, web.callback)
      assert.deepEqual([to.searchParams.get('state'), to.searchParams.get('iss')], [web.state, url])
      const tokens = await tokensOf(await web.redeem(to.searchParams.get('code') ?? ''))
      assert.equal(await web.status(tokens.access_token), 200)
      assert.deepEqual(browser.complaints.filter(text => /content security|exception/i.test(text)), [])

      // From a page of this server, as the console is one.
      await browser.go(web.loginUrl())
      const back = browser.arrival()
      const query = new URLSearchParams({ client_id: web.clientId, post_logout_redirect_uri: `${url}/admin/` }).toString()
      await browser.ask(`void (location.href = ${JSON.stringify(`/auth/logout?${query}`)})`)
      assert.equal(await back, `${url}/admin/`)
      assert.equal(await web.status(tokens.access_token), 401, 'the browser sent the cookie of its login')
    })
  })

  test('what is wrong is said where a screen reader hears it, and the password can be typed again at once', async () => {
    await inBrowser(async (browser, web) => {
      await browser.go(web.loginUrl({ login_hint: null }))
      assert.equal(await browser.ask('document.activeElement.id'), 'name')
      await browser.press('Enter')
      await browser.until(`${ALERT} === 'Enter your name and your password.'`)
      await browser.type('jane')
      await browser.press('Tab')
      await browser.type('wrong')
      await browser.press('Enter')
      await browser.until(`${ALERT} === 'The name or the password is wrong.'`)
      assert.equal(await browser.ask('document.activeElement.id'), 'password')
      assert.equal(await browser.ask("document.activeElement.getAttribute('aria-describedby')"), 'problem')
      for (let guess = 0; guess < FAILURES_PER_NAME_MAX; guess++) await web.signIn('jane', `guess ${guess}`)
      await browser.type(PASSWORD)
      await browser.press('Enter')
      await browser.until(`${ALERT} === 'Too many attempts. Try again in 15 minutes.'`)
    })
  })

  test('every field has a label, and the keyboard reaches everything in order', async () => {
    await inBrowser(async (browser, web) => {
      await browser.go(web.loginUrl({ login_hint: null }))
      const labels = await browser.ask("[...document.querySelectorAll('input')].map(input => input.labels[0]?.textContent)")
      assert.deepEqual(labels, ['User name or address', 'Password'])
      const order: unknown[] = []
      for (let stop = 0; stop < 4; stop++) {
        order.push(await browser.ask('document.activeElement.id'))
        await browser.press('Tab')
      }
      assert.deepEqual(order, ['name', 'password', 'show', 'send'])
      await browser.ask("document.getElementById('show').click()")
      assert.equal(await browser.ask("document.getElementById('password').type"), 'text')
    })
  })

  test('it fits 320 pixels, and has contrast by day and by night', async () => {
    await inBrowser(async (browser, web) => {
      for (const scheme of ['light', 'dark'] as const) {
        for (const [width, height] of [[320, 568], [360, 740], [1280, 800]] as const) {
          await browser.screen(width, height, scheme)
          for (const url of [web.loginUrl(), web.loginUrl({ redirect_uri: 'x' })]) {
            await browser.go(url)
            assert.ok(Number(await browser.ask('document.documentElement.scrollWidth')) <= width, `${scheme} ${width}`)
            for (const what of ['h1', 'p:last-child', '.send', '.to', '.problem']) {
              const least = what === 'h1' ? 7 : 4.5
              const found = Number(await browser.ask(contrast(what)) ?? least)
              assert.ok(found >= least, `${scheme}, ${what}: ${found}`)
            }
          }
        }
      }
    })
  })
})

/** WCAG 2.2: contrast of the text of an element with what is behind it; null without the element. */
function contrast(selector: string): string {
  return `(() => {
    const element = document.querySelector(${JSON.stringify(selector)})
    if (!element) return null
    const parts = color => color.match(/[0-9.]+/g).map(Number)
    const light = color => {
      const linear = part => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
      const [r, g, b] = parts(color).map(part => linear(part / 255))
      return 0.2126 * r + 0.7152 * g + 0.0722 * b
    }
    let behind = element
    while (parts(getComputedStyle(behind).backgroundColor)[3] === 0) behind = behind.parentElement
    const both = [getComputedStyle(element).color, getComputedStyle(behind).backgroundColor]
    const [high, low] = both.map(light).sort((a, b) => b - a)
    return (high + 0.05) / (low + 0.05)
  })()`
}
