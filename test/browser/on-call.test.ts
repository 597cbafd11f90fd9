/** The console as somebody on call meets it: a link in a message, a task that fails, no mouse, no right to change. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Locator, Page } from 'playwright-core'
import { create, list, update } from '../support/api-call.ts'
import { Browser, chromiumMissing } from '../support/browser.ts'
import { ADMIN, AUDITOR, buildConsole, createAuditor, fillLogin, shown, signIn } from '../support/console.ts'
import { withFaultyIndex } from '../support/faulty-index.ts'
import { indexTask } from '../support/index-tasks.ts'
import { createPerson } from '../support/jane.ts'
import { LmtpClient } from '../support/lmtp.ts'
import { startServer, type TestServer } from '../support/server.ts'

const TABS_MAX = 60
const REFUSED = /console: Failed to load resource: .*401/
/** Whether the page was there before or after the end. */
const ENDED = /This task has ended|It is done or was removed/

describe('the console for who is on call', { skip: chromiumMissing(), timeout: 300_000 }, () => {
  const world = new AsyncDisposableStack()
  let browser: Browser
  let server: TestServer
  let origin: string
  let accountId: string
  let isBroken = false
  before(async () => {
    buildConsole()
    server = world.use(await startServer({ wrap: store => withFaultyIndex(store, () => isBroken) }))
    origin = `http://127.0.0.1:${server.port('http')}`
    accountId = await createPerson(server, await createAuditor(server), 'jane')
    await update(server, 'TaskManager', 'singleton', { maxAttempts: 1, strategy: { '@type': 'FixedDelay', delay: 1 } })
    browser = world.use(await Browser.open())
  })
  after(() => world.disposeAsync())

  const visit = (path: string, work: (page: Page) => Promise<void>) =>
    browser.visit(origin, async page => {
      await signIn(page, origin, path)
      await work(page)
    })
  const failed = (reason: string, count: number) => create(server, 'Task', ...Array.from({ length: count }, (_, number) =>
    ({ ...indexTask(accountId, number), status: { '@type': 'Failed', failureReason: `${reason} ${number}` } })))
  const button = (page: Page | Locator, name: string) => page.getByRole('button', { name, exact: true })

  it('a task that fails is seen at once, with its reason; retried when the cause is gone, it goes', async () => {
    await visit('/manage/tasks/failed', async page => {
      await page.getByText('No task has failed').waitFor()
      isBroken = true
      const client = await LmtpClient.open(server.port('lmtp'))
      await client.deliver('jane@example.org', 'breakfast', 'eggs')
      client.close()
      await page.getByText('the index is broken').first().waitFor()
      isBroken = false
      await button(page, 'Retry now').click()
      const dialog = page.getByRole('dialog', { name: 'Retry 1 task?' })
      await dialog.getByRole('button', { name: 'Retry', exact: true }).click()
      await button(page.getByRole('dialog', { name: 'Done' }), 'Close').first().click()
      await page.getByText('No task has failed').waitFor()
    })
    assert.deepEqual(await list(server, 'Task', { status: 'Failed' }), [])
  })

  it('the keyboard is enough: palette, list, open, retry', async () => {
    const [id = ''] = await failed('nobody answers', 1)
    await visit('/', async page => {
      const { keyboard } = page
      await keyboard.press('Control+k')
      await page.getByRole('combobox').waitFor()
      await keyboard.type('failed')
      await page.getByRole('option', { selected: true, name: 'Failed tasks' }).waitFor()
      await keyboard.press('Enter')
      await page.getByRole('heading', { level: 1, name: 'Failed tasks' }).waitFor()
      await page.getByText('nobody answers').first().waitFor()
      await tabTo(page, "document.activeElement.textContent === 'Show the task'")
      await keyboard.press('Enter')
      await page.getByRole('heading', { level: 1, name: 'Tasks', exact: true }).waitFor()
      await page.locator('[role=row][aria-rowindex="2"]').waitFor()
      await tabTo(page, "document.activeElement.getAttribute('role') === 'grid'")
      await keyboard.press('ArrowDown')
      await keyboard.press('ArrowUp')
      await keyboard.press('Enter')
      await page.waitForURL(`**/manage/tasks/${id}`)
      await shown(page)
      await tabTo(page, "document.activeElement.textContent.trim() === 'Retry now'")
      await keyboard.press('Enter')
      await page.getByRole('dialog').getByRole('button', { name: 'Retry', exact: true }).waitFor()
      await tabTo(page, "document.activeElement.textContent.trim() === 'Retry'")
      await keyboard.press('Enter')
      await page.getByText(ENDED).first().waitFor()
    })
  })

  it('a link leads through the login to its page, past a wrong password; back and forward keep the filters', async () => {
    await failed('nobody answers', 1)
    await browser.visit(origin, async page => {
      const link = `${origin}/manage/tasks?f.status=Failed`
      await page.goto(link)
      await fillLogin(page, ADMIN.name, 'wrong')
      await page.getByRole('alert').filter({ hasText: 'The name or the password is wrong.' }).waitFor()
      await fillLogin(page, ADMIN.name, ADMIN.password)
      await page.waitForURL(link)
      await shown(page)
      await page.getByRole('row').filter({ hasText: 'nobody answers' }).first().waitFor()
      await page.getByRole('navigation').getByRole('link', { name: 'Cluster', exact: true }).click()
      await page.getByRole('heading', { level: 1, name: 'Cluster' }).waitFor()
      await page.goBack()
      await page.getByRole('heading', { level: 1, name: 'Tasks' }).waitFor()
      assert.equal(page.url(), link)
      await page.goForward()
      await page.getByRole('heading', { level: 1, name: 'Cluster' }).waitFor()
      await page.reload()
      await page.getByRole('heading', { level: 1, name: 'Cluster' }).waitFor()
    }, { expected: [REFUSED] })
  })

  it('who may only read sees everything and no button that would be refused', async () => {
    const [id = ''] = await failed('nobody answers', 3)
    const offered: string[] = []
    await browser.visit(origin, async page => {
      await signIn(page, origin, '/manage/tasks/failed', AUDITOR)
      await page.getByText('nobody answers').first().waitFor()
      for (const path of ['/manage/tasks/failed', '/manage/tasks', `/manage/tasks/${id}`, '/manage/cluster', '/manage/domains', '/manage/accounts', '/settings/roles', '/settings/task-manager']) {
        await page.goto(origin + path)
        await shown(page)
        const names = await page.locator('main').locator('button, a').allTextContents()
        const changing = /^(Retry|Run now|Park|Reschedule|Cancel|New|Create|Edit|Save|Delete|Drain|Add)\b(?! filter)/
        offered.push(...names.map(name => name.trim()).filter(name => changing.test(name)).map(name => `${path}: ${name}`))
      }
    })
    assert.deepEqual(offered, [])
  })

  /** Tab, until the expression holds of what has the focus. */
  async function tabTo(page: Page, holds: string): Promise<void> {
    for (let stop = 0; stop < TABS_MAX; stop++) {
      if (await page.evaluate(holds)) return
      await page.keyboard.press('Tab')
    }
    assert.fail(`${TABS_MAX} times Tab never came to: ${holds}`)
  }
})
