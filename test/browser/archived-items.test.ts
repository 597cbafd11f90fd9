/** The pages of archived items: destroyed mail is found, comes back, and when it cannot, the page says why. */
import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import { list, update } from '../support/api-call.ts'
import { deliverToKeep, destroyAllMail } from '../support/archived-mail.ts'
import { accessFaults, Browser, chromiumMissing } from '../support/browser.ts'
import { buildConsole, signIn } from '../support/console.ts'
import { drained } from '../support/index-tasks.ts'
import { createJane } from '../support/jane.ts'
import { startServer, type TestServer } from '../support/server.ts'

const SUBJECTS = ['The heron', 'The gull', 'The tern']

describe('the pages of archived items', { skip: chromiumMissing(), timeout: 300_000 }, () => {
  const world = new AsyncDisposableStack()
  let browser: Browser
  let node: TestServer
  let origin: string
  let jane: string
  before(async () => {
    buildConsole()
    node = world.use(await startServer())
    origin = `http://127.0.0.1:${node.port('http')}`
    jane = await createJane(node)
    await deliverToKeep(node, SUBJECTS)
    await drained(node)
    browser = world.use(await Browser.open())
  })
  after(() => world.disposeAsync())
  beforeEach(async () => {
    await destroyAllMail(node, jane)
    await drained(node)
    assert.equal((await list(node, 'ArchivedItem')).length, SUBJECTS.length)
  })

  it('restore one that was found, then all that are left, and show what became of them', async () => {
    await browser.visit(origin, async page => {
      await signIn(page, origin, '/manage/archived-items')
      await page.getByRole('textbox').first().fill('gull')
      await page.keyboard.press('Enter')
      await page.getByText('1 entry').waitFor()
      await page.getByRole('row', { name: /The gull/ }).getByRole('checkbox').check()
      await page.getByRole('button', { name: 'Restore', exact: true }).click()
      await page.getByText('1 is back').waitFor()

      await page.goto(`${origin}/manage/archived-items`)
      await page.getByRole('button', { name: 'Restore all 2 that match' }).click()
      await page.getByRole('dialog', { name: 'Restore 2 items?' }).getByRole('button', { name: 'Restore' }).click()
      await page.getByText('2 are back').waitFor()
      assert.deepEqual(await list(node, 'ArchivedItem'), [])
      assert.deepEqual(await accessFaults(page), [])
    })
  })

  it('say why one does not come back, and try again once the cause is mended', async () => {
    const item = (await list(node, 'ArchivedItem')).find(({ subject }) => subject === 'The heron')
    await update(node, 'Account', jane, { quotas: { maxDiskQuota: 10 } })
    await browser.visit(origin, async page => {
      await signIn(page, origin, `/manage/archived-items/${String(item?.['id'])}`)
      await page.getByRole('button', { name: 'Restore' }).click()
      await page.getByText('It could not be restored.').waitFor()
      await page.getByText(/of 10 bytes/).waitFor()
      assert.deepEqual(await accessFaults(page), [])
      await update(node, 'Account', jane, { quotas: { maxDiskQuota: null } })
      await page.getByRole('button', { name: 'Try again' }).click()
      await page.getByRole('heading', { name: 'It is not archived any more', level: 1 }).waitFor()
    })
    await node.call([['x:ArchivedItem/set', { update: Object.fromEntries((await list(node, 'ArchivedItem')).map(({ id }) => [String(id), { status: 'requestRestore' }])) }]])
    await drained(node)
  })

  it('keep one longer, and delete one for good once that is confirmed', async () => {
    const [first] = await list(node, 'ArchivedItem')
    await browser.visit(origin, async page => {
      await signIn(page, origin, `/manage/archived-items/${String(first?.['id'])}`)
      await page.getByRole('button', { name: 'Keep longer' }).click()
      const dialog = page.getByRole('dialog')
      await dialog.getByRole('button', { name: 'Save' }).click()
      await dialog.getByText('Choose a day and a time.').waitFor()
      await dialog.getByLabel('Kept until').fill('2999-06-01T12:00:00')
      await dialog.getByRole('button', { name: 'Save' }).click()
      await page.getByText('1 item kept longer').waitFor()
      const [kept] = (await list(node, 'ArchivedItem')).filter(({ id }) => id === first?.['id'])
      assert.equal(kept?.['archivedUntil'], '2999-06-01T10:00:00Z', 'the time of Berlin')

      await page.getByRole('button', { name: 'Delete' }).click()
      await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
      await page.waitForURL('**/manage/archived-items')
      assert.equal((await list(node, 'ArchivedItem')).some(({ id }) => id === first?.['id']), false)
    })
  })
})
