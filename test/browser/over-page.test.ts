/** What opens over a page: fetched when somebody is there, and nothing is lost when it comes late. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Page } from 'playwright-core'
import { accessFaults, chromiumMissing, type VisitOptions } from '../support/browser.ts'
import { ConsoleWorld, signIn } from '../support/console.ts'

const AWAY = { expected: [/ERR_INTERNET_DISCONNECTED|ERR_FAILED/] }
const FOCUSED = "document.activeElement.getAttribute('role') ?? document.activeElement.textContent"

describe('what opens over a page', { skip: chromiumMissing(), timeout: 300_000 }, () => {
  let world: ConsoleWorld
  before(async () => { world = await ConsoleWorld.open() })
  after(() => world[Symbol.asyncDispose]())

  const visit = (work: (page: Page) => Promise<void>, options: VisitOptions = {}) => world.browser.visit(world.origin, async page => {
    await signIn(page, world.origin, '/manage/domains')
    await work(page)
  }, options)
  const person = (page: Page) => page.getByRole('button', { name: 'Signed in as admin' })

  it('is fetched at the first key, and what is typed before the palette is there stands in it', async () => {
    await visit(async page => {
      const held = Promise.withResolvers<void>()
      await page.route('**/assets/palette-*', async route => {
        await held.promise
        await route.continue()
      })
      const asked = page.waitForRequest('**/assets/palette-*.js')
      await page.keyboard.press('Control+k')
      await page.keyboard.type('gc')
      await page.keyboard.press('Alt+x')
      await asked
      held.resolve()
      await page.getByRole('combobox').and(page.locator(':focus')).waitFor()
      await page.keyboard.type('x')
      assert.equal(await page.getByRole('combobox').inputValue(), 'gcx')
      assert.equal(new URL(page.url()).pathname, '/manage/domains', 'they were no shortcuts')
      await page.keyboard.press('Escape')
      await page.keyboard.press('Control+k')
      await page.getByRole('combobox').and(page.locator(':focus')).waitFor()
      await page.keyboard.type('y')
      assert.equal(await page.getByRole('combobox').inputValue(), 'y')
    })
  })

  it('what was closed before its file failed to come leaves what is open now alone', async () => {
    await visit(async page => {
      const held = Promise.withResolvers<void>()
      await page.route('**/assets/palette-*.js', async route => {
        await held.promise
        await route.abort()
      })
      const failed = page.waitForEvent('requestfailed')
      await page.keyboard.press('Control+k')
      await page.keyboard.press('Control+k')
      await page.keyboard.press('?')
      await page.getByRole('dialog').waitFor()
      held.resolve()
      await failed
      await page.evaluate('new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))')
      assert.equal(await page.getByRole('dialog').count(), 1)
    }, AWAY)
  })

  it('a menu opens by key with its first entry chosen, by pointer with none, and gives the focus back', async () => {
    await visit(async page => {
      const menu = page.getByRole('menu', { name: 'Signed in as admin' })
      await person(page).focus()
      await page.keyboard.press('ArrowDown')
      await page.getByRole('menuitemradio', { name: 'As the system' }).and(page.locator(':focus')).waitFor()
      assert.deepEqual(await accessFaults(page), [])
      await page.keyboard.press('ArrowDown')
      await page.getByRole('menuitemradio', { name: 'Light' }).and(page.locator(':focus')).waitFor()
      await page.keyboard.press('Escape')
      await menu.waitFor({ state: 'detached' })
      await person(page).and(page.locator(':focus')).waitFor()
      await person(page).click()
      await menu.and(page.locator(':focus')).waitFor()
      // What stands behind it is not pressed with the press that closes it.
      await page.mouse.click(640, 500)
      await menu.waitFor({ state: 'detached' })
    })
  })

  it('a menu whose file does not come opens with the next press that finds the server', async () => {
    await visit(async page => {
      await page.context().setOffline(true)
      const failed = page.waitForEvent('requestfailed', request => request.url().includes('/menu-popup'))
      await person(page).click()
      await failed
      assert.equal(await page.getByRole('menu').count(), 0)
      await page.context().setOffline(false)
      await person(page).click()
      await page.getByRole('menu').waitFor()
      assert.equal(await page.evaluate(FOCUSED), 'menu')
    }, AWAY)
  })

  it('a moment tells its time in UTC to the pointer and to the focus, until Escape', async () => {
    await world.browser.visit(world.origin, async page => {
      await signIn(page, world.origin)
      const heard = page.getByRole('table', { name: 'Nodes' }).locator('time').first()
      const utc = page.getByText(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d Z/)
      await heard.hover()
      await utc.waitFor()
      await utc.hover()
      await page.keyboard.press('Escape')
      await utc.waitFor({ state: 'detached' })
      await page.mouse.move(0, 0)
      await heard.focus()
      await page.keyboard.press('Shift+Tab')
      await page.keyboard.press('Tab')
      await utc.waitFor()
      assert.deepEqual(await accessFaults(page), [])
      await page.keyboard.press('Tab')
      await utc.waitFor({ state: 'detached' })
    })
  })
})
