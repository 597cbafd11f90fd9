/** A server that dies under an open page and comes back: what is shown stays, the page says so, and goes on by itself. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { create } from '../support/api-call.ts'
import { Browser, chromiumMissing } from '../support/browser.ts'
import { buildConsole, shown, signIn } from '../support/console.ts'
import { NodeProcess } from '../support/node-process.ts'

const AWAY = /ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED_ENCODING|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE|ERR_NETWORK/

describe('the console without its server', { skip: chromiumMissing(), timeout: 300_000 }, () => {
  const world = new AsyncDisposableStack()
  let browser: Browser
  let node: NodeProcess
  before(async () => {
    buildConsole()
    node = world.use(await NodeProcess.start())
    browser = world.use(await Browser.open())
  })
  after(() => world.disposeAsync())

  it('keeps what it shows, says that it tries again, and is live again when the server is', async () => {
    await create(node, 'Domain', { name: 'before.example' })
    const port = node.port('http')
    const origin = `http://127.0.0.1:${port}`
    await browser.visit(origin, async page => {
      await signIn(page, origin, '/manage/domains')
      await page.getByText('before.example').first().waitFor()
      await node.kill()
      await page.getByRole('button', { name: 'Reconnecting' }).waitFor()
      assert.ok(await page.getByText('before.example').first().isVisible())

      const again = world.use(await NodeProcess.start({
        dataDir: node.dataDir, variables: { ROTA_LISTENER_BIND: `http=127.0.0.1:${port};smtp=127.0.0.1:0;lmtp=127.0.0.1:0` },
      }))
      await page.getByRole('button', { name: 'Reconnecting' }).waitFor({ state: 'detached' })
      await create(again, 'Domain', { name: 'after.example' })
      await page.getByText('after.example').first().waitFor()
      await shown(page)
    }, { expected: [AWAY] })
  })
})
