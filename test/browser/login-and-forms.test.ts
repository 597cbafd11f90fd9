/** What the console must never lose: a login that several tabs share, and what somebody has typed. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Page } from 'playwright-core'
import { create, list } from '../support/api-call.ts'
import { accessFaults, chromiumMissing } from '../support/browser.ts'
import { ADMIN, ConsoleWorld, fillLogin, shown } from '../support/console.ts'

/** Chromium writes each status that is no success into the console. */
const ENDED = { expected: [/status of 40[01]/] }
const HEARTBEAT_MS_MAX = 40_000
/** Its second half, and whatever is not kept apart from it, is written from right to left. */
const TURNING_NAME = 'a\u202Eb'
/** In the page: whether the first text with this word shows its first letter to the left of its last. */
const leadsRight = `word => {
  const walker = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT)
  while (walker.nextNode() && !walker.currentNode.data.includes(word));
  const at = walker.currentNode.data.indexOf(word)
  const [first, last] = [at, at + word.length - 1].map(index => {
    const range = document.createRange()
    range.setStart(walker.currentNode, index)
    range.setEnd(walker.currentNode, index + 1)
    return range.getBoundingClientRect().left
  })
  return first < last
}`
const EDIT_RETRIES = '/manage/o/TaskManager/singleton/edit'

describe('logins and forms of the console', { skip: chromiumMissing(), timeout: 300_000 }, () => {
  let world: ConsoleWorld
  before(async () => { world = await ConsoleWorld.open() })
  after(() => world[Symbol.asyncDispose]())

  it('let another tab in without a password, and out when the login ends', async () => {
    await world.visit('/', async page => {
      const other = await page.context().newPage()
      await other.goto(`${world.origin}/manage/domains`)
      await shown(other)
      assert.equal(await other.evaluate("sessionStorage.getItem('rota.refresh')"), null)
      await endLogin(page)
      // The server tells with its next heartbeat, also who does nothing.
      for (const each of [other, page]) {
        await each.bringToFront()
        await each.getByText('Your login has ended').waitFor({ timeout: HEARTBEAT_MS_MAX })
      }
    }, ENDED)
  })

  it('stay signed in over a reload', async () => {
    await world.visit('/manage/domains?sort=-name', async page => {
      await page.reload()
      await shown(page)
      assert.equal(new URL(page.url()).search, '?sort=-name')
    })
  })

  it('put what the schema and the server refuse at the field, with the focus', async () => {
    await world.visit('/manage/o/Domain/new', async page => {
      const name = page.getByRole('textbox', { name: 'Name' })
      await page.getByRole('button', { name: 'Create' }).click()
      await page.getByText('This is needed.').waitFor()
      assert.equal(await focused(page), await name.getAttribute('id'))
      await name.fill('no domain')
      await page.getByRole('button', { name: 'Create' }).click()
      await page.getByText('name must be a domain name').waitFor()
      assert.equal(await focused(page), await name.getAttribute('id'))
      assert.deepEqual(await accessFaults(page), [])
      await name.fill('example.net')
      await page.keyboard.press('Control+s')
      await page.getByRole('heading', { name: 'example.net' }).waitFor()
      assert.equal((await list(world.server, 'Domain', { name: 'example.net' })).length, 1)
    })
  })

  it('put a refusal of something inside of a field at that place, and lead to it from beside the buttons', async () => {
    await world.visit('/', async page => {
      await page.getByRole('navigation').getByRole('link', { name: 'Names of the server' }).click()
      await page.getByText('Settings › Network › Names of the server').waitFor()
      await page.getByRole('link', { name: 'Edit' }).click()
      await page.getByRole('heading', { name: 'Edit: Names of the server' }).waitFor()
      const host = page.getByRole('group', { name: 'Entry 1' }).getByRole('textbox', { name: 'Host name' })
      await host.fill('nodots')
      await page.getByRole('button', { name: 'Save' }).click()
      await page.getByRole('group', { name: 'Entry 1' }).getByText('must be a whole host name').waitFor()
      assert.equal(await focused(page), await host.getAttribute('id'))
      await page.getByRole('heading', { level: 1 }).click()
      await page.getByRole('button', { name: 'Mail hosts › Entry 1 › Host name' }).click()
      assert.equal(await focused(page), await host.getAttribute('id'))
      assert.deepEqual(await accessFaults(page), [])
      await page.getByRole('button', { name: 'Discard changes' }).click()
    })
    await world.visit('/settings/listeners?listener=smtp', async page => {
      await page.getByRole('textbox', { name: 'Add: Bind' }).fill('nowhere')
      await page.keyboard.press('Control+s')
      await page.getByRole('group', { name: 'Bind' }).getByText(/nowhere/).first().waitFor()
      await page.getByRole('button', { name: 'Bind', exact: true }).waitFor()
      page.on('dialog', dialog => { void dialog.accept() })
    })
  })

  it('ask before leaving, and offer what was typed after a reload and after another login', async () => {
    await world.visit(EDIT_RETRIES, async page => {
      const deadline = page.getByRole('textbox', { name: 'Total deadline' })
      await deadline.fill('8h')
      await page.getByRole('navigation').getByRole('link', { name: 'Accounts' }).click()
      await page.getByRole('button', { name: 'Stay' }).click()
      page.once('dialog', dialog => { void dialog.accept() })
      await page.reload()
      await page.getByRole('button', { name: 'Take them over' }).click()
      assert.equal(await deadline.inputValue(), '8h')
      await endLogin(page)
      // By key: the dialog that says so may be there already, and covers the button.
      await page.keyboard.press('Control+s')
      await page.getByRole('button', { name: 'Sign in again' }).click()
      await fillLogin(page, ADMIN.name, ADMIN.password)
      await page.getByRole('button', { name: 'Take them over' }).click()
      await page.getByRole('button', { name: 'Save' }).click()
      await page.getByText('8 h').waitFor()
      const [manager] = await world.server.call([['x:TaskManager/get', { ids: ['singleton'] }]])
      assert.match(JSON.stringify(manager), /"totalDeadline":28800000/)
    }, ENDED)
  })

  it('show what others change while it is open, without a reload', async () => {
    await world.visit('/manage/o/Tenant', async page => {
      await page.getByText('Nothing here').waitFor()
      await create(world.server, 'Tenant', { name: 'Lovelace & Sons' })
      await page.getByText('Lovelace & Sons').waitFor()
    })
  })

  it('speak the language of the browser, also of what the schema names', async () => {
    await world.visit('/manage/o/Tenant/new', async page => {
      await page.getByRole('heading', { name: 'Neu: Mandant' }).waitFor()
      await page.getByRole('group', { name: 'Kontingente' }).or(page.getByText('Kontingente')).first().waitFor()
      assert.equal(await page.evaluate('document.documentElement.lang'), 'de')
    }, { language: 'de-DE' })
  })

  it('say in that language why a sign-in did not succeed', async () => {
    await world.browser.visit(world.origin, async page => {
      await page.goto(`${world.origin}/oauth/callback?code=old&state=unknown`)
      await page.getByText('Die Antwort gehört zu keiner Frage dieses Tabs').waitFor()
    }, { language: 'de-DE' })
  })

  it('let a name turn the direction of writing for itself alone, in a sentence and beside others', async () => {
    await world.visit(`/settings/roles?new=${encodeURIComponent(TURNING_NAME)}`, async page => {
      await page.getByText('gestartet wird.').waitFor()
      assert.equal(await page.evaluate(`(${leadsRight})('gestartet')`), true)
      await page.evaluate(`document.querySelector('main').append(Object.assign(document.createElement('p'), { id: 'beside' }))`)
      await page.evaluate(`document.getElementById('beside').append(Object.assign(document.createElement('a'), { textContent: '${TURNING_NAME}' }), ' neighbour')`)
      assert.equal(await page.evaluate(`(${leadsRight})('neighbour')`), true)
    }, { language: 'de-DE' })
  })

  it('find an object by what the server knows of it, not by its name alone', async () => {
    await create(world.server, 'Domain', { name: 'engines.example', description: 'Analytical machinery' })
    await world.visit('/', async page => {
      await page.keyboard.press('Control+k')
      await page.getByRole('combobox', { name: 'Page, object or action' }).pressSequentially('machinery')
      await page.getByRole('option', { name: /engines\.example/ }).click()
      await page.getByRole('heading', { name: 'engines.example' }).waitFor()
    })
  })

  it('go anywhere from the keyboard', async () => {
    await world.visit('/', async page => {
      await page.keyboard.press('Control+k')
      await page.getByRole('combobox', { name: 'Page, object or action' }).pressSequentially('api k')
      await page.getByRole('option', { name: 'API keys' }).first().waitFor()
      assert.deepEqual(await accessFaults(page), [])
      await page.keyboard.press('Enter')
      await page.getByRole('heading', { name: 'API keys', level: 1 }).waitFor()
      await page.keyboard.press('?')
      await page.getByRole('dialog', { name: 'Keyboard' }).waitFor()
      await page.keyboard.press('Escape')
      await page.keyboard.press('g')
      await page.keyboard.press('c')
      await page.waitForURL('**/manage/cluster')
    })
  })
})

/** As if an administrator had ended it. */
async function endLogin(page: Page): Promise<void> {
  const token = String(await page.evaluate("sessionStorage.getItem('rota.refresh')"))
  const reply = await page.request.post(new URL('/auth/revoke', page.url()).href, { form: { client_id: 'rota-webui', token } })
  assert.equal(reply.status(), 200)
}

function focused(page: Page): Promise<string | null> {
  return page.evaluate<string | null>('document.activeElement.id')
}
