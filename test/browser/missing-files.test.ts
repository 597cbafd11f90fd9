/** Files and answers that do not come: a page that is open stays, nothing is ordered for later, and only a newer console loads it anew. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Page } from 'playwright-core'
import { create, list } from '../support/api-call.ts'
import { chromiumMissing, type VisitOptions } from '../support/browser.ts'
import { ConsoleWorld } from '../support/console.ts'

const AWAY = { expected: [/ERR_INTERNET_DISCONNECTED|ERR_NETWORK|ERR_FAILED|ERR_INCOMPLETE|status of 404|PartMissing/] }
const MARK = 'globalThis.openSince'

describe('the console without its files', { skip: chromiumMissing(), timeout: 300_000 }, () => {
  let world: ConsoleWorld
  before(async () => { world = await ConsoleWorld.open() })
  after(() => world[Symbol.asyncDispose]())

  const visit = (path: string, work: (page: Page) => Promise<void>, options: VisitOptions = AWAY) => world.visit(path, async page => {
    await page.evaluate(`${MARK} = true`)
    await work(page)
  }, options)
  const stayed = (page: Page) => page.evaluate(`${MARK} === true`)
  const tenants = (page: Page) => page.getByRole('navigation').getByRole('link', { name: 'Tenants' })
  const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name })

  it('stays when a link is only pointed at, says that the server is away, and goes on when it is back', async () => {
    await visit('/settings/retention', async page => {
      await page.getByLabel('Empty Trash and Junk after').fill('9d')
      await page.context().setOffline(true)
      const failed = page.waitForEvent('requestfailed', request => request.url().includes('/assets/'))
      await tenants(page).hover()
      await failed
      assert.equal(await page.getByLabel('Empty Trash and Junk after').inputValue(), '9d')
      await tenants(page).click()
      await page.getByRole('button', { name: 'Leave' }).click()
      await page.locator('main').getByText('The server does not answer').waitFor()
      await page.context().setOffline(false)
      await page.locator('main').getByRole('button', { name: 'Try again' }).click()
      await heading(page, 'Tenants').waitFor()
      assert.equal(await stayed(page), true, 'the page was never loaded anew')
    })
  })

  it('is loaded anew by whoever goes to a page when the server has a newer console, and by nobody who stays', async () => {
    await visit('/manage/domains', async page => {
      let gone = true
      await page.route('**/*', async route => {
        const kind = route.request().resourceType()
        if (kind === 'document') gone = false
        if (gone && route.request().url().includes('/assets/')) await route.fulfill({ status: 404 })
        else if (gone && new URL(route.request().url()).pathname === '/') await route.fulfill({ body: '<script src="/assets/newer.js"></script>' })
        else await route.continue()
      })
      const failed = page.waitForResponse(response => response.status() === 404)
      await tenants(page).hover()
      await failed
      assert.equal(await stayed(page), true)
      await tenants(page).click()
      await heading(page, 'Tenants').waitFor()
      assert.equal(await stayed(page), false)
    })
  })

  it('carries out no order later that nobody has answered', async () => {
    await visit('/manage/cluster', async page => {
      await page.getByRole('button', { name: /^Drain/ }).click()
      await page.context().setOffline(true)
      const dialog = page.getByRole('dialog')
      await dialog.getByRole('button', { name: 'Drain' }).click()
      await dialog.getByText('The server does not answer').waitFor()
      await dialog.getByRole('button', { name: 'Cancel' }).click()
      await page.context().setOffline(false)
      await page.getByRole('button', { name: 'Reconnecting' }).waitFor({ state: 'detached' })
      await page.reload()
      await page.getByRole('button', { name: /^Drain/ }).waitFor()
    })
    assert.equal((await list(world.server, 'ClusterNode'))[0]?.['draining'], false)
  })

  it('tells a failure in the window that asked, and no more when it asks again', async () => {
    await create(world.server, 'Tenant', { name: 'Alpenblick' })
    await visit('/manage/tenants', async page => {
      await page.getByRole('grid').getByRole('checkbox').nth(1).check()
      const [open, dialog] = [page.locator('main').getByRole('button', { name: 'Delete' }), page.getByRole('dialog')]
      await open.click()
      await page.context().setOffline(true)
      await dialog.getByRole('button', { name: 'Delete' }).click()
      const failure = dialog.getByText('The server does not answer')
      await failure.waitFor()
      await page.keyboard.press('Escape')
      await dialog.waitFor({ state: 'detached' })
      await open.click()
      await dialog.getByText('This cannot be undone.').waitFor()
      assert.equal(await failure.count(), 0)
      await dialog.getByRole('button', { name: 'Delete' }).click()
      await failure.waitFor()
      await page.context().setOffline(false)
      await dialog.getByRole('button', { name: 'Delete' }).click()
      await dialog.waitFor({ state: 'detached' })
      // The button that asked has gone with its rows: the focus goes to the page, not to nowhere.
      await page.locator('main:focus').waitFor()
    })
    assert.deepEqual(await list(world.server, 'Tenant'), [])
  })

  it('speaks English where the German words do not come', async () => {
    await visit('/manage/domains', async page => {
      await page.route(/schema-labels-de/, route => route.abort())
      await page.goto(`${world.origin}/manage/o/Tenant/new`)
      await page.getByText('Quotas').first().waitFor()
      assert.equal(await page.evaluate('document.documentElement.lang'), 'de')
      await page.route(/assets\/de-/, route => route.abort())
      await page.reload()
      await page.getByRole('heading', { level: 1, name: 'New tenant' }).waitFor()
      assert.equal(await page.evaluate('document.documentElement.lang'), 'en')
    }, { ...AWAY, language: 'de-DE' })
  })

  it('changes the language when its words have come, not before', async () => {
    await visit('/manage/accounts', async page => {
      const choose = (name: string) => page.getByRole('menuitemradio', { name }).click()
      const failed = page.waitForEvent('requestfailed', request => /assets\/de-/.test(request.url()))
      await page.route(/assets\/de-/, route => route.abort())
      await page.getByRole('button', { name: /admin/ }).click()
      await choose('Deutsch')
      await failed
      await heading(page, 'Accounts').waitFor()
      await page.unrouteAll()
      await choose('Deutsch')
      await heading(page, 'Konten').waitFor()
      await choose('English')
      await heading(page, 'Accounts').waitFor()
    })
  })
})
