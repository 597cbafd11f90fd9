/** The dashboard: one sentence that says whether the cluster is well, and the lists behind what it says. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Page } from 'playwright-core'
import type { Json } from '../../src/base/json.ts'
import { create, list, type Caller } from '../support/api-call.ts'
import { accessFaults, Browser, chromiumMissing } from '../support/browser.ts'
import { selfMadePair } from '../support/certificates.ts'
import { AUDITOR, buildConsole, createAuditor, signIn } from '../support/console.ts'
import { indexTask } from '../support/index-tasks.ts'
import { startServer, type TestServer } from '../support/server.ts'

/** Of each chart: pixels in its last columns that are drawn on; a label that is cut off ends there. */
const INK_AT_THE_END = `[...document.querySelectorAll('main canvas')].map(canvas => {
  const { data } = canvas.getContext('2d').getImageData(canvas.width - 3, 0, 3, canvas.height)
  return data.filter((value, at) => at % 4 === 3 && value > 0).length
})`
const TEN_YEARS_AGO_MS = Date.UTC(2016, 0, 1)

describe('the dashboard', { skip: chromiumMissing(), timeout: 300_000 }, () => {
  const world = new AsyncDisposableStack()
  let browser: Browser
  before(async () => {
    buildConsole()
    browser = world.use(await Browser.open())
  })
  after(() => world.disposeAsync())

  async function onNode(work: (page: Page, node: TestServer, origin: string) => Promise<void>): Promise<void> {
    await using node = await startServer()
    const origin = `http://127.0.0.1:${node.port('http')}`
    await browser.visit(origin, page => work(page, node, origin))
  }
  const sentence = (page: Page, text: string) => page.getByRole('status').filter({ hasText: text }).waitFor()

  it('says of a new node that it is well, and its numbers lead to their lists', async () => {
    await onNode(async (page, _node, origin) => {
      await signIn(page, origin)
      await sentence(page, 'The cluster is well.')
      await page.getByRole('definition').getByRole('link', { name: '0' }).first().waitFor()
      await page.getByRole('img', { name: 'Share of runs' }).locator('canvas').waitFor()
      assert.deepEqual(await page.evaluate(INK_AT_THE_END), [0, 0], 'the last label of a time axis is whole')
      assert.deepEqual(await accessFaults(page), [])
      await page.getByRole('link', { name: 'All failed tasks' }).click()
      await page.waitForURL('**/manage/tasks/failed')
    })
  })

  it('names what is wrong, worst first, leads to it, and follows what changes', async () => {
    await onNode(async (page, node, origin) => {
      await fail(node, 3)
      await signIn(page, origin)
      await sentence(page, 'The cluster needs attention: 3 tasks have failed')
      await page.getByRole('table', { name: 'Failed tasks by reason' }).getByText('connection to <address> refused').waitFor()
      await page.getByRole('table', { name: 'Lanes' }).getByRole('row', { name: /^search covered/ }).waitFor()

      const { key, cert } = await selfMadePair('gone.example.org', TEN_YEARS_AGO_MS)
      await create(node, 'Certificate', { certificate: { '@type': 'Text', value: cert }, privateKey: { '@type': 'Text', secret: key } })
      await sentence(page, 'The cluster is in trouble: the certificate of gone.example.org is over')
      const [certificate] = await list(node, 'Certificate')
      await node.call([['x:Certificate/set', { destroy: [String(certificate?.['id'])] }]])
      await sentence(page, 'The cluster needs attention: 3 tasks have failed')

      await page.getByRole('table', { name: 'Failed tasks by reason' }).getByRole('link', { name: '3' }).click()
      await page.waitForURL(/\/manage\/tasks\/failed\?group=/)
      await node.call([['x:Task/set', { destroy: (await list(node, 'Task', { status: 'Failed' })).map(({ id }) => String(id)) }]])
      await page.goBack()
      await sentence(page, 'The cluster is well.')
    })
  })

  it('loses what it cannot read, not itself', async () => {
    await onNode(async (page, node, origin) => {
      await fail(node, 1)
      await page.route('**/jmap/', async route => {
        const reply = await route.fetch()
        await route.fulfill({ response: reply, body: misshapen(await reply.json() as Reply) })
      })
      await signIn(page, origin)
      await sentence(page, 'The cluster')
      await page.getByRole('table', { name: 'Throughput' }).waitFor()
      assert.equal(await page.getByText('This page has stopped working').count(), 0)
    })
  })

  it('shows the same to who may only look', async () => {
    await onNode(async (page, node, origin) => {
      await createAuditor(node)
      await fail(node, 1)
      await signIn(page, origin, '/', AUDITOR)
      await sentence(page, 'The cluster needs attention: 1 task has failed')
      assert.deepEqual(await accessFaults(page), [])
    })
  })
})

/** So many tasks that have failed for one reason. */
async function fail(node: Caller, count: number): Promise<void> {
  const [account] = await list(node, 'Account')
  await create(node, 'Task', ...Array.from({ length: count }, (_, number) => ({
    ...indexTask(String(account?.['id']), number), status: { '@type': 'Failed', failureReason: `connection to 10.0.0.${number} refused` },
  })))
}

interface Reply { readonly methodResponses: readonly (readonly [string, { readonly list?: readonly Record<string, Json>[] }, string])[] }

/** Every value of every row is of another type than it should be, but for the ids. */
function misshapen(reply: Reply): string {
  const other = (value: Json) => typeof value === 'number' ? 'seven' : typeof value === 'object' ? true : {}
  const methodResponses = reply.methodResponses.map(([name, result, call]) => [name, {
    ...result, ...(result.list === undefined ? {} : { list: result.list.map(row => Object.fromEntries(Object.entries(row).map(([key, value]) => [key, key === 'id' ? value : other(value)]))) }),
  }, call])
  return JSON.stringify({ ...reply, methodResponses })
}
