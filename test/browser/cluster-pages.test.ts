/**
 * The pages about the cluster on two nodes of one PostgreSQL: a role is edited and its effect seen on the other node, work
 * that nobody would do has to be confirmed, and a node that is killed or drained is seen to lose its buckets.
 */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Page } from 'playwright-core'
import type { JsonObject } from '../../src/base/json.ts'
import { create, list } from '../support/api-call.ts'
import { accessFaults, Browser, chromiumMissing, keepPicture } from '../support/browser.ts'
import { buildConsole, createAuditor, signIn } from '../support/console.ts'
import { indexTask, nodeOf } from '../support/index-tasks.ts'
import { NodeProcess } from '../support/node-process.ts'
import { postgresMissing, sharedPostgres, stopSharedPostgres } from '../support/postgres.ts'
import { SearchGate } from '../support/search-gate.ts'
import { eventually, startServer } from '../support/server.ts'

const EVERYTHING = { '@type': 'EnableAll' }
/** A node that dies is given up 10 s after its last heartbeat; the rest is for a busy machine. */
const TAKEOVER_MS_MAX = 60_000

describe('the pages about the cluster', { skip: postgresMissing() || chromiumMissing(), timeout: 300_000 }, () => {
  const world = new AsyncDisposableStack()
  let url: string
  let browser: Browser
  let front: NodeProcess
  let back: NodeProcess
  let origin: string

  before(async () => {
    buildConsole()
    url = await (await sharedPostgres()).freshDatabase()
    {
      await using seed = await startServer({ variables: { DATABASE_URL: url } })
      const http = (await list(seed, 'NetworkListener')).find(({ protocol }) => protocol === 'http')
      const listeners = { '@type': 'EnableSome', listenerIds: { [String(http?.['id'])]: true } }
      await create(seed, 'ClusterRole', { name: 'front', tasks: EVERYTHING, listeners }, { name: 'back', tasks: EVERYTHING, listeners: { '@type': 'DisableAll' } })
    }
    front = world.use(await startNode('front'))
    back = world.use(await startNode('back'))
    browser = world.use(await Browser.open())
    origin = `http://127.0.0.1:${front.port('http')}`
  })
  after(async () => {
    await world.disposeAsync()
    await stopSharedPostgres()
  })

  const startNode = (role: string) => NodeProcess.start({ name: role, variables: { DATABASE_URL: url, STALWART_ROLE: role } })
  const inPage = (path: string, work: (page: Page) => Promise<void>) => browser.visit(origin, async page => {
    await signIn(page, origin, path)
    await work(page)
  })
  /** What the picture says of a bucket, as it is read out. */
  const firstBucket = (page: Page, lane: string) => page.getByRole('slider', { name: lane, exact: true })
  const save = (page: Page) => page.getByRole('button', { name: 'Save', exact: true }).click()

  it('tell before a role is saved what moves on the other node, and after it that it has', async () => {
    await inPage('/settings/roles?role=back', async page => {
      await page.getByText('1 node has this role').waitFor()
      await page.getByRole('radio', { name: 'Only these' }).first().check()
      await page.getByRole('checkbox', { name: 'Search indexing' }).uncheck()
      await page.getByRole('radio', { name: 'All listeners' }).check()
      await page.getByText('stops: Search indexing').waitFor()
      await page.getByText(/^32: back → front$/).waitFor()
      await page.getByText(/opens: .*smtp/).waitFor()
      assert.deepEqual(await accessFaults(page), [])
      await keepPicture(page, 'role-preview')
      await save(page)
      await page.getByText('All of it has happened.').waitFor({ timeout: TAKEOVER_MS_MAX })
      await page.goto(`${origin}/settings/listeners`)
      await page.getByRole('row', { name: /smtp/ }).getByText('up on 1 node').waitFor()
      await page.goto(`${origin}/manage/cluster`)
      await page.getByText('All lanes are covered').waitFor()
      assert.match(await firstBucket(page, 'search').getAttribute('aria-valuetext') ?? '', /^Bucket 0: front, since/)
    })
    const node = (await list(front, 'ClusterNode')).find(({ hostname }) => hostname === 'back')
    assert.equal(Object.hasOwn(Object(node?.['duties']), 'searchIndexing'), false)
  })

  it('ask before a role leaves work to nobody', async () => {
    await inPage('/settings/roles?role=front', async page => {
      await page.getByRole('radio', { name: 'Only these' }).first().check()
      await page.getByRole('checkbox', { name: 'Search indexing' }).uncheck()
      await page.getByText('Nobody will work search').waitFor()
      await save(page)
      const dialog = page.getByRole('dialog')
      await dialog.getByText('Nobody will work search').waitFor()
      await dialog.getByRole('button', { name: 'Cancel' }).click()
      await page.getByText('Not saved yet').waitFor()
      const [role] = (await list(front, 'ClusterRole')).filter(({ name }) => name === 'front')
      assert.deepEqual(role?.['tasks'], EVERYTHING)

      await save(page)
      await dialog.getByRole('button', { name: 'Save all the same' }).click()
      await page.getByText('Role front saved').waitFor()
      await page.goto(`${origin}/manage/cluster`)
      await page.getByText('Lane without a node', { exact: true }).waitFor({ timeout: TAKEOVER_MS_MAX })
      await page.getByText('64 buckets in 1 lane without a node').waitFor({ timeout: TAKEOVER_MS_MAX })
      assert.deepEqual(await accessFaults(page), [])
      await page.goto(`${origin}/settings/roles?role=front`)
      await page.getByRole('radio', { name: 'All duties' }).check()
      await save(page)
      await page.getByText('All of it has happened.').waitFor({ timeout: TAKEOVER_MS_MAX })
    })
  })

  it('list a task at the node that runs it and at no other, for as long as it runs', async () => {
    const [accountId = ''] = await create(front, 'Account', { '@type': 'User', name: 'jane', domainId: await createAuditor(front) })
    await using gate = await SearchGate.shut(url)
    const [id = ''] = await create(front, 'Task', indexTask(accountId))
    const runner = async () => nodeOf((await list(front, 'Task', { running: true }))[0])
    await eventually(async () => typeof await runner() === 'string', 'the task has run for a while')
    const name = await runner()
    const nodes = await list(front, 'ClusterNode')
    const pageOf = (node: JsonObject | undefined) => `/manage/cluster/nodes/${String(node?.['id'])}`
    const table = (page: Page) => page.getByRole('table', { name: 'Runs here now' })
    const nothing = (page: Page) => page.getByText('Nothing has been running here')
    await inPage(pageOf(nodes.find(({ hostname }) => hostname !== name)), async page => {
      await nothing(page).waitFor()
      assert.equal(await table(page).count(), 0)
    })
    await inPage(pageOf(nodes.find(({ hostname }) => hostname === name)), async page => {
      const entry = table(page).getByRole('link', { name: 'Index a document' })
      await entry.waitFor()
      assert.equal(await entry.getAttribute('href'), `/manage/tasks/${id}`)
      assert.deepEqual(await accessFaults(page), [])
      await gate.open()
      await nothing(page).waitFor({ timeout: TAKEOVER_MS_MAX })
    })
  })

  it('show the takeover when a node is killed, in the picture and in words', async () => {
    await inPage('/manage/cluster', async page => {
      const held = page.getByRole('button', { name: /^back/ })
      await held.waitFor()
      await back.kill()
      await page.getByText(/buckets: back → front/).waitFor({ timeout: TAKEOVER_MS_MAX })
      await page.getByText('All lanes are covered').waitFor({ timeout: TAKEOVER_MS_MAX })
      await held.waitFor({ state: 'detached' })
      assert.match(await firstBucket(page, 'push').getAttribute('aria-valuetext') ?? '', /^Bucket 0: front, since/)
      await page.getByRole('row', { name: /back/ }).getByText('Gone').waitFor()
      // The whole lane can be walked through with the keyboard.
      await firstBucket(page, 'push').focus()
      await page.keyboard.press('End')
      assert.match(await firstBucket(page, 'push').getAttribute('aria-valuetext') ?? '', /^Bucket 63: front, since/)
      await keepPicture(page, 'cluster-takeover')
    })
  })

  it('drain a node that is started again: first what that does, then that it has ended', async () => {
    await back[Symbol.asyncDispose]()
    back = world.use(await startNode('back'))
    await inPage('/manage/cluster', async page => {
      await page.getByRole('button', { name: 'Drain: back' }).click()
      const dialog = page.getByRole('dialog')
      await dialog.getByText(/buckets go to front\./).waitFor()
      assert.deepEqual(await accessFaults(page), [])
      await dialog.getByRole('button', { name: 'Drain', exact: true }).click()
      await page.getByRole('row', { name: /back/ }).getByText('Gone').waitFor({ timeout: TAKEOVER_MS_MAX })
    })
    assert.equal((await back.ended()).code, 0)
  })

  it('ask more of who drains the last node, and then leave it alone', async () => {
    await inPage('/manage/cluster', async page => {
      await page.getByRole('button', { name: 'Drain: front' }).click()
      await page.getByRole('dialog').getByText('It is the only node that works.').waitFor()
      await page.keyboard.press('Escape')
      await page.getByRole('dialog').waitFor({ state: 'detached' })
    })
    assert.equal((await list(front, 'ClusterNode')).find(({ hostname }) => hostname === 'front')?.['draining'], false)
  })
})
