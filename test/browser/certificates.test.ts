/** The pages of certificates: one is taken out of files, refused with the reason at its field, shown, and replaced. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { systemClock } from '../../src/base/clock.ts'
import { list } from '../support/api-call.ts'
import { accessFaults, Browser, chromiumMissing } from '../support/browser.ts'
import { selfMadePair } from '../support/certificates.ts'
import { buildConsole, signIn } from '../support/console.ts'
import { startServer, type TestServer } from '../support/server.ts'

describe('the pages of certificates', { skip: chromiumMissing(), timeout: 300_000 }, () => {
  const world = new AsyncDisposableStack()
  let browser: Browser
  let node: TestServer
  let origin: string
  before(async () => {
    buildConsole()
    node = world.use(await startServer())
    origin = `http://127.0.0.1:${node.port('http')}`
    browser = world.use(await Browser.open())
  })
  after(() => world.disposeAsync())

  it('take chain and key out of files, and say at the field why a key does not fit', async () => {
    const nowMs = systemClock.now()
    const pair = await selfMadePair('mail.example.org', nowMs)
    const other = await selfMadePair('mail.example.org', nowMs)
    const file = (name: string, text: string) => ({ name, mimeType: 'application/x-pem-file', buffer: Buffer.from(text) })
    await browser.visit(origin, async page => {
      await signIn(page, origin, '/manage/certificates')
      await page.getByRole('link', { name: 'New certificate' }).first().click()
      const files = page.getByLabel('Read from PEM files')
      await files.setInputFiles([file('fullchain.pem', pair.cert), file('key.pem', other.key)])
      await page.getByText('Certificate and key were taken from the files.').waitFor()
      assert.deepEqual(await accessFaults(page), [])
      await page.getByRole('button', { name: 'Create' }).click()
      await page.getByText('does not belong to the certificate').first().waitFor()
      assert.deepEqual(await list(node, 'Certificate'), [])

      await files.setInputFiles(file('key.pem', pair.key))
      await page.getByText('The key was taken').waitFor()
      await page.getByRole('button', { name: 'Create' }).click()
      await page.getByRole('heading', { name: 'mail.example.org', level: 1 }).waitFor()
      await page.getByText(/^valid for \d+ days$/).waitFor()
      assert.equal(await page.getByText('PRIVATE KEY').count(), 0)
      assert.deepEqual(await accessFaults(page), [])
    })
  })

  it('replace both at once, and warn of what is over', async () => {
    const [before] = await list(node, 'Certificate')
    const pair = await selfMadePair('mx.example.org', Date.UTC(2016, 0, 1))
    await browser.visit(origin, async page => {
      await signIn(page, origin, `/manage/certificates/${String(before?.['id'])}`)
      await page.getByRole('link', { name: 'Replace' }).click()
      await page.getByLabel('Read from PEM files').setInputFiles({ name: 'all.pem', mimeType: 'application/x-pem-file', buffer: Buffer.from(pair.cert + pair.key) })
      await page.getByRole('button', { name: 'Save' }).click()
      await page.getByRole('heading', { name: 'mx.example.org', level: 1 }).waitFor()
      await page.getByText('It is over: clients refuse it.').waitFor()
      const [after] = await list(node, 'Certificate')
      assert.equal(after?.['id'], before?.['id'])
    })
  })
})
