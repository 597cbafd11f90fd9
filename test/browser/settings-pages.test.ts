/** The pages of settings as a person works with them: what follows while one types, what is asked first, what is said at its field. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Page, Request } from 'playwright-core'
import { create, list } from '../support/api-call.ts'
import { accessFaults, Browser, chromiumMissing, type VisitOptions } from '../support/browser.ts'
import { AUDITOR, buildConsole, createAuditor, signIn } from '../support/console.ts'
import { startServer, type TestServer } from '../support/server.ts'

describe('the pages of settings', { skip: chromiumMissing(), timeout: 300_000 }, () => {
  const world = new AsyncDisposableStack()
  let server: TestServer
  let browser: Browser
  let origin: string
  before(async () => {
    buildConsole()
    server = world.use(await startServer())
    await createAuditor(server)
    browser = world.use(await Browser.open())
    origin = `http://127.0.0.1:${server.port('http')}`
  })
  after(() => world.disposeAsync())

  const inPage = (path: string, work: (page: Page) => Promise<void>, person?: typeof AUDITOR, options: VisitOptions = {}) => browser.visit(origin, async page => {
    await signIn(page, origin, path, person)
    await work(page)
  }, options)
  const save = (page: Page) => page.getByRole('button', { name: 'Save', exact: true }).click()

  it('say what retries mean while somebody types, and keep what is refused in the form', async () => {
    await inPage('/settings/task-manager', async page => {
      await page.getByText('A task that always fails is given up after 4 runs, 7 min after the first failure.').waitFor()
      await page.getByLabel('Max attempts').fill('1')
      await page.getByText(/after 2 runs, 1 min after/).waitFor()
      await page.getByLabel('Total deadline').fill('10s')
      await page.getByText('A task that fails is given up at once: it runs once.').waitFor()
      await page.getByText('the first wait is longer than the deadline').waitFor()
      assert.deepEqual(await accessFaults(page), [])
      await page.getByLabel('Max attempts').fill('0')
      await save(page)
      await page.getByText('At least 1.').waitFor()
      assert.equal(await page.getByLabel('Total deadline').inputValue(), '10s', 'nothing typed is lost')
      await page.getByLabel('Max attempts').fill('7')
      await page.getByLabel('Total deadline').fill('2h')
      await save(page)
      await page.getByText('Saved. It counts from the next failure on.').waitFor()
      await page.getByLabel('Max attempts').fill('8')
      await page.getByRole('link', { name: 'Schedules' }).click()
      await page.getByRole('dialog').getByRole('button', { name: 'Stay' }).click()
      assert.equal(await page.getByLabel('Max attempts').inputValue(), '8', 'what is changed after a save is guarded as well')
    })
    const [{ maxAttempts, totalDeadline } = {}] = await server.call([['x:TaskManager/get', { ids: ['singleton'] }]]).then(([reply]) => reply?.['list'] as Record<string, unknown>[])
    assert.deepEqual([maxAttempts, totalDeadline], [7, 7_200_000])
  })

  it('tell when a schedule comes, make its task at once, pause it and take that back', async () => {
    await inPage('/settings/schedules?new=', async page => {
      await page.getByLabel('Name').fill('Nightly clean-up')
      await page.getByLabel('Times (cron)').fill('0 25 * * *')
      await page.getByText('which is not valid').waitFor()
      await page.getByRole('button', { name: 'every night at 2' }).click()
      const slots = page.getByRole('table', { name: 'The next slots' })
      await slots.getByText('Time of UTC').first().waitFor()
      assert.equal(await slots.getByRole('row').count(), 6)
      await page.getByRole('button', { name: /^Take my zone/ }).click()
      await page.getByText('The schedule has your time zone.').waitFor()
      await page.getByLabel('Maintenance type').selectOption({ label: 'Purge expired rows' })
      await page.getByRole('button', { name: 'Create', exact: true }).click()
      await page.getByText('Schedule Nightly clean-up made').waitFor()
      await page.goto(`${origin}/settings/schedules`)
      await page.getByRole('button', { name: 'Run now: Nightly clean-up' }).click()
      await page.getByText('Nightly clean-up: the task is made').waitFor()
      await page.getByRole('button', { name: 'Pause: Nightly clean-up' }).click()
      await page.getByRole('menuitem', { name: 'until it is resumed' }).click()
      await page.getByRole('row', { name: /Nightly/ }).getByText('Paused').waitFor()
      await page.getByRole('button', { name: 'Undo' }).click()
      await page.getByRole('button', { name: 'Pause: Nightly clean-up' }).waitFor()
      assert.deepEqual(await accessFaults(page), [])
    })
    const made = (await list(server, 'Schedule')).find(({ name }) => name === 'Nightly clean-up')
    assert.deepEqual([made?.['cron'], made?.['timeZone'], made?.['pausedUntil']], ['0 2 * * *', 'Europe/Berlin', null])
  })

  it('ask before less is kept than before', async () => {
    await inPage('/settings/retention', async page => {
      await page.getByText('Mail goes from Trash and Junk after 30 d.').waitFor()
      await page.getByLabel('Empty Trash and Junk after').fill('2d')
      await page.getByText('Shorter than most people want.').waitFor()
      await save(page)
      const dialog = page.getByRole('dialog')
      await dialog.getByText('Mail goes from Trash and Junk after 2 d.').waitFor()
      assert.deepEqual(await accessFaults(page), [])
      await dialog.getByRole('button', { name: 'Cancel' }).click()
      await page.getByLabel('Empty Trash and Junk after').fill('60d')
      await save(page)
      await page.getByText('Saved. It counts from the next run on.').waitFor()
    })
    assert.equal((await server.call([['x:DataRetention/get', { ids: ['singleton'] }]]).then(([reply]) => reply?.['list'] as Record<string, unknown>[]))[0]?.['expungeTrashAfter'], 60 * 86_400_000)
  })

  it('show a key once, when it was used, and revoke it', async () => {
    let token = ''
    await inPage('/settings/api-keys?new=', async page => {
      await page.getByLabel('Description').fill('backup')
      await page.getByText('This key may do everything that its account may.').waitFor()
      await page.getByRole('button', { name: 'in 90 days' }).click()
      await page.getByText('This key works until somebody revokes it.').waitFor({ state: 'detached' })
      await page.getByRole('button', { name: 'Create', exact: true }).click()
      const shown = page.getByRole('dialog')
      token = await shown.getByLabel('Key').inputValue()
      assert.match(token, /^rota_/)
      assert.deepEqual(await accessFaults(page), [])
      await shown.getByRole('button', { name: 'I have copied it' }).click()
      await page.getByText('never, or not for a year').waitFor()
      assert.equal((await page.locator('main').textContent())?.includes(token), false)
    })
    const used = async () => (await fetch(`${origin}/api/account`, { headers: { authorization: `Bearer ${token}` } })).status
    assert.equal(await used(), 200)
    await inPage('/settings/api-keys', async page => {
      await page.getByText('now', { exact: true }).waitFor()
      await page.getByRole('link', { name: 'backup' }).click()
      await page.getByRole('button', { name: 'Revoke' }).click()
      const dialog = page.getByRole('dialog')
      await dialog.getByText('a program stops working with it').waitFor()
      await dialog.getByRole('button', { name: 'Revoke' }).click()
      await page.getByText('The key for backup is revoked').waitFor()
    })
    assert.equal(await used(), 401)
  })

  it('warn of a change of the listener that serves the console, and tell why another is not up', async () => {
    const busy = server.port('smtp')
    await create(server, 'NetworkListener', { name: 'second', protocol: 'smtp', bind: { [`127.0.0.1:${busy}`]: true } })
    await inPage('/settings/listeners', async page => {
      await page.getByRole('row', { name: /second/ }).getByText('not up on test-node').waitFor()
      await page.getByRole('link', { name: 'http', exact: true }).click()
      await page.getByLabel('Reuse port').check()
      await page.getByText('You use this console over this listener.').waitFor()
      await page.getByRole('region', { name: 'test-node' }).getByText('closes and opens again: 127.0.0.1:0').waitFor()
      assert.deepEqual(await accessFaults(page), [])
      await save(page)
      await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click()
      await page.getByRole('button', { name: 'Discard changes' }).click()
      await page.getByText('Change something to see here which nodes open and close what.').waitFor()
      await page.getByLabel('Max connections').fill('100')
      await page.getByText('No live node opens or closes anything').waitFor()
      await page.getByRole('button', { name: 'Discard changes' }).click()
      // It cannot be told what follows: who may lose the page is asked all the same.
      const refused = page.waitForEvent('requestfailed', request => isPreview(request))
      await page.route('**/jmap/', (route, request) => isPreview(request) ? route.abort() : route.fallback())
      await page.getByLabel('Reuse port').check()
      await refused
      await save(page)
      await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click()
      await page.getByRole('button', { name: 'Discard changes' }).click()
    }, undefined, { expected: [/ERR_FAILED/] })
    assert.equal((await list(server, 'NetworkListener')).find(({ name }) => name === 'http')?.['socketReusePort'], false)
    await inPage('/settings/listeners?listener=second', async page => {
      await page.getByRole('textbox', { name: 'Add: Bind' }).fill('127.0.0.2:0')
      await page.getByText('opens: 127.0.0.2:0').waitFor()
      await page.getByLabel('Protocol').selectOption('imap')
      await page.getByText('this version of Rota has no imap server').first().waitFor()
      page.on('dialog', dialog => { void dialog.accept() })
    })
  })

  it('offer nothing to who may only look', async () => {
    for (const path of ['/settings/roles', '/settings/listeners', '/settings/schedules', '/settings/task-manager', '/settings/retention', '/manage/cluster']) {
      await inPage(path, async page => {
        for (const name of [/^New /, /^Save/, /^Run now/, /^Pause/, /^Drain/]) assert.equal(await page.locator('main').getByRole('button', { name }).count(), 0, path)
        assert.equal(await page.locator('main').getByRole('link', { name: /^New / }).count(), 0, path)
      }, AUDITOR)
    }
  })
})

function isPreview(request: Request): boolean {
  return request.postData()?.includes('NetworkListener/preview') === true
}
