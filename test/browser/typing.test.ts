/** What forms do with keys: every one goes where the person types, and what was typed is saved once and as it was meant. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Page, Route } from 'playwright-core'
import { list } from '../support/api-call.ts'
import { chromiumMissing } from '../support/browser.ts'
import { ConsoleWorld, shown } from '../support/console.ts'

describe('forms under the fingers', { skip: chromiumMissing(), timeout: 300_000 }, () => {
  let world: ConsoleWorld
  before(async () => { world = await ConsoleWorld.open() })
  after(() => world[Symbol.asyncDispose]())

  it('leave the focus where somebody types, however many fields are marked', async () => {
    await world.visit('/settings/task-manager', async page => {
      const [attempts, deadline] = [page.getByLabel('Max attempts'), page.getByLabel('Total deadline')]
      await attempts.fill('0')
      await deadline.fill('soon')
      await page.keyboard.press('Control+s')
      await page.getByText('2 entries need a change').waitFor()
      assert.equal(await attempts.evaluate(element => element === element.ownerDocument.activeElement), true, 'the first marked one')
      await deadline.fill('')
      await deadline.pressSequentially('2x 3h')
      assert.deepEqual([await attempts.inputValue(), await deadline.inputValue()], ['0', '2x 3h'])
    })
  })

  it('save what stands in a field for several as well, whoever saves with a key', async () => {
    await world.visit('/settings/api-keys?new=', async page => {
      await page.getByLabel('Description').fill('from one network')
      await page.getByRole('textbox', { name: /^Add: Allowed/ }).pressSequentially('192.0.2.0/24')
      await page.keyboard.press('Control+s')
      await page.getByRole('dialog').getByLabel('Key').waitFor()
    })
    const key = (await list(world.server, 'ApiKey')).find(({ description }) => description === 'from one network')
    assert.deepEqual(key?.['allowedIps'], { '192.0.2.0/24': true })
  })

  it('make one object however often the key repeats, and keep its secret on the screen', async () => {
    await world.visit('/settings/api-keys?new=', async page => {
      await page.getByLabel('Description').fill('only one')
      const sent = await slowly(page)
      for (let presses = 0; presses < 3; presses++) await page.keyboard.press('Control+s')
      sent.open()
      const secret = page.getByRole('dialog').getByLabel('Key')
      const first = await secret.inputValue()
      await page.keyboard.press('Control+s')
      assert.equal(await secret.inputValue(), first)
      await page.getByRole('button', { name: 'I have copied it' }).click()
      await page.getByRole('link', { name: 'only one' }).waitFor()
    })
    assert.equal((await list(world.server, 'ApiKey')).filter(({ description }) => description === 'only one').length, 1)
  })

  it('read a number as the person writes it, and a year without a change of the time', async () => {
    await world.visit('/settings/task-manager', async page => {
      await page.getByLabel('Max attempts').fill('1.000')
      await page.keyboard.press('Control+s')
      await page.getByText('Write a whole number such as 1000.').waitFor()
      await page.getByLabel('Max attempts').fill('')
      await page.getByLabel('Max attempts').pressSequentially('1,000')
      await page.getByLabel('Total deadline').focus()
      assert.equal(await page.getByLabel('Max attempts').inputValue(), '1000')
    })
    await world.visit('/settings/api-keys?new=', async page => {
      const end = page.getByLabel('Expires')
      await end.fill('2026-07-01T10:00:05')
      await end.focus()
      for (const key of ['ArrowRight', 'ArrowRight', '2', '0', '3', '1']) await page.keyboard.press(key)
      assert.equal(await end.inputValue(), '2031-07-01T10:00:05')
      page.on('dialog', dialog => { void dialog.accept() })
    })
  })

  it('offer the draft of one kind of task to that kind alone, with its moment', async () => {
    await world.visit('/manage/tasks/new?kind=StoreMaintenance', async page => {
      await page.getByLabel(/^Maintenance type/).selectOption({ index: 1 })
      await page.getByLabel('Later').check()
      await page.locator('input[type=datetime-local]').fill('2031-05-01T10:00')
      page.on('dialog', dialog => { void dialog.accept() })
      await page.goto(`${world.origin}/manage/tasks/new?kind=AccountMaintenance`)
      await shown(page)
      assert.equal(await page.getByRole('button', { name: 'Take them over' }).count(), 0)
      await page.goto(`${world.origin}/manage/tasks/new?kind=StoreMaintenance`)
      await page.getByRole('button', { name: 'Take them over' }).click()
      assert.equal(await page.locator('input[type=datetime-local]').inputValue(), '2031-05-01T10:00')
    })
  })
})

/** Holds back every change that the page asks for, until it is told. */
async function slowly(page: Page): Promise<{ open(): void }> {
  const { promise, resolve } = Promise.withResolvers<undefined>()
  await page.route(/\/jmap\/?$/, async (route: Route) => {
    await promise
    await route.continue()
  })
  return { open: () => { resolve(undefined) } }
}
