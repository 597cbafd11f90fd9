/** The pages of accounts, domains and tenants: what an account holds, its upkeep, its end, and its way back. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { create, list, update } from '../support/api-call.ts'
import { accessFaults, Browser, chromiumMissing } from '../support/browser.ts'
import { AUDITOR, buildConsole, createAuditor, signIn } from '../support/console.ts'
import { eventually, startServer, type TestServer } from '../support/server.ts'

describe('the pages of accounts', { skip: chromiumMissing(), timeout: 300_000 }, () => {
  const world = new AsyncDisposableStack()
  let browser: Browser
  let node: TestServer
  let origin: string
  let domainId: string
  before(async () => {
    buildConsole()
    node = world.use(await startServer())
    origin = `http://127.0.0.1:${node.port('http')}`
    domainId = await createAuditor(node)
    await update(node, 'DataRetention', 'singleton', { archiveDeletedAccountsFor: '30d' })
    browser = world.use(await Browser.open())
  })
  after(() => world.disposeAsync())
  const account = async (name: string, fields = {}) => (await create(node, 'Account', { '@type': 'User', name, domainId, ...fields }))[0] ?? ''

  it('lead from the list to an account, with what it stores of what it may', async () => {
    await account('heidi', { quotas: { maxDiskQuota: 1_048_576 } })
    await browser.visit(origin, async page => {
      await signIn(page, origin, '/manage/accounts')
      await page.getByRole('row', { name: /heidi@example\.org/ }).getByRole('meter', { name: 'Storage' }).waitFor()
      await page.getByRole('link', { name: 'heidi@example.org' }).click()
      await page.getByRole('heading', { name: 'heidi@example.org', level: 1 }).waitFor()
      await page.getByText('0 B of 1 MB').waitFor()
      assert.deepEqual(await accessFaults(page), [])
    })
  })

  it('start upkeep as a task and lead to it; what cannot be undone is asked first', async () => {
    const id = await account('ivan')
    await browser.visit(origin, async page => {
      await signIn(page, origin, `/manage/accounts/${id}`)
      await page.getByRole('button', { name: 'Start: Count used storage again' }).click()
      await page.waitForURL(/\/manage\/tasks\/[0-9a-z]+$/)
      await eventually(async () => (await list(node, 'TaskRun', { accountId: id, outcome: 'done' })).length === 1, 'the storage was counted')
      await page.goBack()
      await page.getByRole('button', { name: 'Start: Purge expired data' }).click()
      await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click()
      assert.deepEqual((await list(node, 'Task', { accountId: id })).filter(task => task['maintenanceType'] === 'purge'), [])
    })
  })

  it('delete an account once its address is typed, say until when it can come back, and bring it back', async () => {
    const id = await account('judy')
    await browser.visit(origin, async page => {
      await signIn(page, origin, `/manage/accounts/${id}`)
      await page.getByRole('button', { name: 'Delete' }).click()
      const dialog = page.getByRole('dialog')
      await dialog.getByText('Its data is kept for 30 d').waitFor()
      assert.equal(await dialog.getByRole('button', { name: 'Delete' }).isDisabled(), true)
      await dialog.getByRole('textbox').fill('judy@example.org')
      await dialog.getByRole('button', { name: 'Delete' }).click()
      await page.getByRole('heading', { name: 'Deleted account', level: 1 }).waitFor()
      assert.deepEqual(await list(node, 'Account', { name: 'judy' }), [])
      assert.deepEqual(await accessFaults(page), [])

      await page.getByRole('button', { name: 'Recover' }).click()
      await page.getByRole('dialog').getByRole('button', { name: 'Recover' }).click()
      await page.getByRole('heading', { name: 'judy@example.org', level: 1 }).waitFor()
      assert.equal((await list(node, 'Account', { name: 'judy' }))[0]?.['id'], id)
    })
  })

  it('say why a recovery is refused', async () => {
    const id = await account('kim')
    await node.call([['x:Account/set', { destroy: [id] }]])
    await account('kim')
    await browser.visit(origin, async page => {
      await signIn(page, origin, '/manage/accounts/deleted')
      await page.getByRole('row', { name: /kim@example\.org/ }).getByRole('button', { name: 'Recover' }).click()
      await page.getByRole('dialog').getByRole('button', { name: 'Recover' }).click()
      await page.getByRole('dialog').getByRole('alert').filter({ hasText: 'Another Account has this address' }).waitFor()
    })
  })

  it('offer an auditor nothing that he may not do', async () => {
    const id = await account('lena')
    await browser.visit(origin, async page => {
      await signIn(page, origin, `/manage/accounts/${id}`, AUDITOR)
      await page.getByRole('heading', { name: 'lena@example.org', level: 1 }).waitFor()
      await page.getByText('This login may not create maintenance tasks.').waitFor()
      assert.equal(await page.getByRole('button', { name: /^(Delete|Start)/ }).count(), 0)
    })
  })

  it('show a tenant with what it has of what it may have, and refuse to delete it with the reason', async () => {
    const [tenantId = ''] = await create(node, 'Tenant', { name: 'Alpenblick', quotas: { maxAccounts: 3, maxDomains: 1 } })
    await create(node, 'Domain', { name: 'alpenblick.example', memberTenantId: tenantId })
    await browser.visit(origin, async page => {
      await signIn(page, origin, `/manage/tenants/${tenantId}`)
      await page.getByRole('row', { name: /Domains/ }).getByText('1 of 1, full').waitFor()
      assert.deepEqual(await accessFaults(page), [])
      await page.getByRole('button', { name: 'Delete' }).click()
      await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
      await page.getByRole('dialog').getByRole('alert').waitFor()
      await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click()
      await page.getByRole('link', { name: /1 of 1/ }).click()
      await page.getByRole('link', { name: 'alpenblick.example' }).click()
      await page.getByRole('heading', { name: 'alpenblick.example', level: 1 }).waitFor()
      assert.deepEqual(await accessFaults(page), [])
    })
  })
})
