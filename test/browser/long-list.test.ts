/** A list of which few rows stand in the page: its elements show other rows as it scrolls, and nobody notices. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Page } from 'playwright-core'
import { create } from '../support/api-call.ts'
import { chromiumMissing } from '../support/browser.ts'
import { ConsoleWorld, createAuditor, signIn } from '../support/console.ts'
import { indexTask } from '../support/index-tasks.ts'

const TASKS = 300
const DUE_MS = Date.UTC(2998, 11, 31, 23)
const MINUTE_MS = 60_000
const ROW_PX = 36
const SHOWN = "[...document.querySelectorAll('[role=grid] [data-index]')]"
/** Of each row: its index, what its place says that it is, and the minute of its task. */
const ROWS = `${SHOWN}.map(row => [
  Number(row.dataset.index), Math.round((row.getBoundingClientRect().top - row.parentElement.getBoundingClientRect().top) / ${ROW_PX}),
  (Date.parse(row.querySelector('time').dateTime) - ${DUE_MS}) / ${MINUTE_MS},
])`

describe('a long list', { skip: chromiumMissing(), timeout: 300_000 }, () => {
  let world: ConsoleWorld
  before(async () => {
    world = await ConsoleWorld.open()
    const { server } = world
    const domainId = await createAuditor(server)
    const [accountId = ''] = await create(server, 'Account', { '@type': 'User', name: 'jane', domainId })
    await create(server, 'Task', ...Array.from({ length: TASKS }, (_, number) => (
      { ...indexTask(accountId, number), status: { '@type': 'Pending', due: new Date(DUE_MS + number * MINUTE_MS).toISOString() } }
    )))
  })
  after(() => world[Symbol.asyncDispose]())

  const visit = (work: (page: Page) => Promise<void>) => world.browser.visit(world.origin, async page => {
    await signIn(page, world.origin, '/manage/tasks?f.due=2998-12-31T00:00:00Z..')
    await page.getByRole('row', { name: /Index a document/ }).nth(9).waitFor()
    await work(page)
  })
  const scroll = (page: Page, toPx: number) => page.evaluate(`document.querySelector('[role=grid]').scrollTop = ${toPx}`)
  const row = (page: Page, index: number) => page.locator(`[data-index="${index}"]`)
  /** At rest they stand in the order in which they are read out. */
  const inOrder = (page: Page, first: number) => page.evaluate(`new Promise(done => {
    const isThere = () => ${SHOWN}.every((row, at) => Number(row.dataset.index) === ${first} + at && row.querySelector('time') !== null)
    const look = () => { if (isThere()) done(); else requestAnimationFrame(look) }
    look()
  })`)

  it('shows each row at its place while the same elements go round, and at rest in order', async () => {
    await visit(async page => {
      await page.evaluate(`globalThis.marked = new Set(${SHOWN})`)
      for (const toPx of [1_000, 2_200, 1_900, 7_000]) {
        await scroll(page, toPx)
        await inOrder(page, Math.floor(toPx / ROW_PX) - 8)
        const rows = await page.evaluate<[number, number, number][]>(ROWS)
        assert.ok(rows.length > 20)
        assert.deepEqual(rows.filter(([index, place, minute]) => index !== place || index !== minute), [])
      }
      const kept = await page.evaluate(`${SHOWN}.filter(row => marked.has(row)).length / ${SHOWN}.length`)
      assert.ok(Number(kept) > 0.5, 'most elements were there before')
    })
  })

  it('a row keeps its choice when it goes and comes, and no other row gets its focus', async () => {
    await visit(async page => {
      const box = row(page, 2).getByRole('checkbox')
      await box.click()
      await box.and(page.locator(':focus')).waitFor()
      await scroll(page, 4_000)
      await inOrder(page, 103)
      assert.equal(await page.getByRole('grid').getByRole('checkbox', { checked: true }).count(), 0)
      await page.getByRole('grid').and(page.locator(':focus')).waitFor()
      await scroll(page, 0)
      await row(page, 2).getByRole('checkbox', { checked: true }).waitFor()
      await page.getByText('1 selected').waitFor()
    })
  })

  it('a row keeps its focus, or the list has it, when a larger window shows more rows', async () => {
    await visit(async page => {
      await scroll(page, 4_000)
      await inOrder(page, 103)
      await row(page, 115).getByRole('checkbox').click()
      await page.getByText('1 selected').waitFor()
      await page.setViewportSize({ width: 1_280, height: 1_400 })
      await row(page, 145).waitFor({ state: 'attached' })
      await inOrder(page, 103)
      await page.keyboard.press('Space')
      await page.getByText('1 selected').waitFor({ state: 'detached' })
      assert.equal(await page.getByRole('grid').getByRole('checkbox', { checked: true }).count(), 0)
    })
  })

  it('no moment tells the time of another row, nor anything once the pointer has left it', async () => {
    await visit(async page => {
      await row(page, 5).locator('time').first().hover()
      await page.locator('time[title]').waitFor()
      await scroll(page, 4_000)
      await inOrder(page, 103)
      assert.deepEqual(await page.evaluate(`[...document.querySelectorAll('time[title]')]
        .map(time => [time.title.split(' · ')[1], time.dateTime.replace('T', ' ').replace('Z', ' Z')]).filter(([told, is]) => told !== is)`), [])
      await page.mouse.move(0, 0)
      await page.locator('time[title]').waitFor({ state: 'detached' })
    })
  })

  it('a link in a row is followed without a reload, in another tab with Ctrl, and a moment tells its time in UTC', async () => {
    await visit(async page => {
      await page.evaluate('globalThis.openSince = true')
      const time = row(page, 5).locator('time').first()
      await time.hover()
      assert.match(await time.getAttribute('title') ?? '', / · 2998-12-31 23:05:00 Z$/)
      const other = page.context().waitForEvent('page')
      await row(page, 5).getByRole('link', { name: 'jane' }).click({ modifiers: ['ControlOrMeta'] })
      await (await other).close()
      assert.match(page.url(), /\/manage\/tasks\?/)
      await row(page, 5).getByRole('link', { name: 'jane' }).click()
      await page.waitForURL('**/manage/accounts/*')
      assert.equal(await page.evaluate('openSince'), true)
      await page.goBack()
      await row(page, 6).getByRole('gridcell').nth(2).click()
      await page.waitForURL(/\/manage\/tasks\/[0-9a-z]+$/)
    })
  })
})
