/** The columns of a list: hidden, widened and ordered as somebody wants them, and so they stay with the browser until they are put back. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Page } from 'playwright-core'
import { create, list } from '../support/api-call.ts'
import { accessFaults, Browser, chromiumMissing } from '../support/browser.ts'
import { buildConsole, signIn } from '../support/console.ts'
import { startServer, type TestServer } from '../support/server.ts'

const PATH = '/manage/o/Domain'
/** The server can order it. */
const ORDERED = '/manage/o/TaskVariant'
/** On what has the focus: Shift and the left arrow, then the right one, without a frame in between, as on a busy machine. */
const TWO_KEYS = `(async () => {
  for (const [key, shiftKey] of [['ArrowLeft', true], ['ArrowRight', false]]) {
    document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key, shiftKey, bubbles: true, cancelable: true }))
    await null
  }
})()`

describe('the columns of a list', { skip: chromiumMissing(), timeout: 120_000 }, () => {
  const world = new AsyncDisposableStack()
  let browser: Browser
  let origin: string
  let names: readonly string[]
  before(async () => {
    buildConsole()
    const server: TestServer = world.use(await startServer())
    origin = `http://127.0.0.1:${server.port('http')}`
    await create(server, 'Domain', { name: 'a.example' }, { name: 'b.example' })
    names = (await list(server, 'TaskVariant')).map(({ name }) => String(name)).toSorted()
    browser = world.use(await Browser.open())
  })
  after(() => world.disposeAsync())

  const heads = (page: Page) => page.getByRole('grid').getByRole('columnheader').filter({ has: page.getByRole('separator') })
  const edge = (page: Page) => page.getByRole('grid').getByRole('separator').first()
  const width = async (page: Page) => (await heads(page).first().boundingBox())?.width ?? NaN
  const listed = (page: Page) => page.getByRole('grid').getByText('b.example').waitFor()
  const menu = (page: Page) => page.getByRole('button', { name: 'Columns', exact: true })

  it('one that is hidden stays hidden, and comes back with the others', async () => {
    await browser.visit(origin, async page => {
      await signIn(page, origin, PATH)
      await listed(page)
      const all = await heads(page).count()
      await menu(page).click()
      const items = page.getByRole('menuitemcheckbox')
      await items.first().waitFor()
      assert.equal(await items.count(), all)
      const name = await items.last().innerText()
      await items.last().click()
      assert.deepEqual(await accessFaults(page), [])
      await page.reload()
      await listed(page)
      assert.equal(await heads(page).count(), all - 1)
      assert.equal(await page.getByRole('grid').getByRole('columnheader', { name, exact: true }).count(), 0)
      const cells = await page.getByRole('grid').getByRole('row').nth(1).getByRole('gridcell').count()
      const columns = await page.getByRole('grid').getByRole('columnheader').count()
      assert.equal(cells, columns)
      await menu(page).click()
      await page.getByRole('menuitem', { name: 'Columns as they were' }).click()
      assert.equal(await heads(page).count(), all)
    })
  })

  it('the width is set by the keyboard and by dragging, and stays', async () => {
    await browser.visit(origin, async page => {
      await signIn(page, origin, PATH)
      await listed(page)
      const made = await width(page)
      await edge(page).focus()
      await page.evaluate(TWO_KEYS)
      assert.equal(await width(page), Math.round(made) - 64 + 16)
      await page.reload()
      await listed(page)
      assert.equal(await width(page), Math.round(made) - 64 + 16)
      const box = await edge(page).boundingBox()
      assert.ok(box)
      const [x, y] = [box.x + box.width / 2, box.y + box.height / 2]
      await page.mouse.move(x, y)
      await page.mouse.down()
      await page.mouse.move(x + 40, y, { steps: 4 })
      await page.mouse.up()
      assert.equal(await width(page), Math.round(made) - 64 + 16 + 40)
      await edge(page).focus()
      await page.keyboard.press('Enter')
      assert.equal(await width(page), made)
      assert.deepEqual(await accessFaults(page), [])
    })
  })

  it('all edges are one stop of the Tab key, and the arrow keys lead from one to the next', async () => {
    await browser.visit(origin, async page => {
      await signIn(page, origin, PATH)
      await listed(page)
      const edges = page.getByRole('grid').getByRole('separator')
      const count = await edges.count()
      assert.ok(count > 2)
      const focused = () => page.evaluate<string | null>('document.activeElement.getAttribute("aria-label")')
      await edges.first().focus()
      await page.keyboard.press('ArrowDown')
      assert.equal(await focused(), await edges.nth(1).getAttribute('aria-label'))
      await page.keyboard.press('Tab')
      await page.keyboard.press('Shift+Tab')
      assert.equal(await focused(), await edges.nth(1).getAttribute('aria-label'), 'it is found where it was left')
      await page.keyboard.press('ArrowUp')
      await page.keyboard.press('ArrowUp')
      assert.equal(await focused(), await edges.first().getAttribute('aria-label'))
      assert.equal(await page.getByRole('grid').locator('[role=separator][tabindex="0"]').count(), 1)
    })
  })

  it('the order stays, unless the address names another', async () => {
    await browser.visit(origin, async page => {
      await signIn(page, origin, ORDERED)
      const first = (name: string) => page.getByRole('grid').locator('[aria-rowindex="2"]').getByText(name, { exact: true }).waitFor()
      const sorted = page.getByRole('grid').locator('[aria-sort]')
      const button = heads(page).getByRole('button').first()
      await first(names[0] ?? '')
      await button.click()
      await page.waitForURL(/sort=name/)
      await button.click()
      await page.waitForURL(/sort=-name/)
      await first(names.at(-1) ?? '')
      await page.goto(origin + ORDERED)
      await first(names.at(-1) ?? '')
      assert.equal(await sorted.getAttribute('aria-sort'), 'descending')
      await page.goto(`${origin}${ORDERED}?sort=name`)
      await first(names[0] ?? '')
      await menu(page).click()
      await page.getByRole('menuitem', { name: 'Columns as they were' }).click()
      await sorted.waitFor({ state: 'detached' })
      await page.goto(origin + ORDERED)
      await first(names[0] ?? '')
      assert.equal(await sorted.count(), 0)
    })
  })
})
