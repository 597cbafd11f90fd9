/** The pages of tasks as somebody on call uses them: make one, see why one failed, do something about hundreds of them. */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import type { Page } from 'playwright-core'
import { systemClock } from '../../src/base/clock.ts'
import { idSource } from '../../src/base/ids.ts'
import { Catalogue } from '../../src/engine/catalogue.ts'
import { VARIANTS } from '../../src/tasks/catalogue.ts'
import { lanes } from '../../src/tasks/lanes.ts'
import { create, list, update } from '../support/api-call.ts'
import { accessFaults, Browser, chromiumMissing, type VisitOptions } from '../support/browser.ts'
import { AUDITOR, buildConsole, createAuditor, shown, signIn } from '../support/console.ts'
import { indexTask } from '../support/index-tasks.ts'
import { eventually, startServer, type TestServer } from '../support/server.ts'

const FAILED = 500
const LATER = '2999-01-01T00:00:00Z'
const LONG_LIST = 100_000
const LONG_TASK_MS = 100
const FRAMES = 120
const SCROLLS = 3
/** By so much the list is scrolled from one frame to the next: quick, but read as it passes. */
const STEP_PX = 200

describe('the pages of tasks', { skip: chromiumMissing(), timeout: 600_000 }, () => {
  const world = new AsyncDisposableStack()
  let browser: Browser
  let server: TestServer
  let origin: string
  let accountId: string
  before(async () => {
    buildConsole()
    server = world.use(await startServer())
    origin = `http://127.0.0.1:${server.port('http')}`
    browser = world.use(await Browser.open())
    const domainId = await createAuditor(server)
    ;[accountId = ''] = await create(server, 'Account', { '@type': 'User', name: 'jane', domainId })
  })
  after(() => world.disposeAsync())

  const visit = (path: string, work: (page: Page) => Promise<void>, options: VisitOptions = {}) => browser.visit(origin, async page => {
    await signIn(page, origin, path)
    await work(page)
  }, options)
  const main = (page: Page) => page.locator('main')
  const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name, exact: true })
  const failedTask = (number: number, failureReason: string) => ({ ...indexTask(accountId, number), status: { '@type': 'Failed', failureReason } })

  it('a task is made from the schema, what is missing is said at its field, and it is watched until it is done', async () => {
    await visit('/manage/tasks/new', async page => {
      await main(page).getByText('The server queues this itself when a message ties two threads together.').waitFor()
      await page.getByRole('link', { name: /^Store maintenance/ }).click()
      await main(page).getByText('1 node has the duty').waitFor()
      await button(page, 'Create').click()
      const type = page.getByLabel(/^Maintenance type/)
      assert.equal(await type.getAttribute('aria-invalid'), 'true')
      assert.equal(await page.evaluate('document.activeElement.getAttribute("aria-invalid")'), 'true', 'the field that needs something has the focus')
      await type.selectOption('purgeData')
      await button(page, 'Create').click()
      await page.waitForURL(/\/manage\/tasks\/[0-9a-v]{13}\?/)
      await main(page).getByRole('list').getByText('Done').first().waitFor()
      assert.deepEqual(await accessFaults(page), [])
    })
  })

  it('a failed task says why, is retried, and its page stays when it has ended', async () => {
    const [id = ''] = await create(server, 'Task', failedTask(1, 'connection to 10.0.0.3 refused'))
    await visit(`/manage/tasks/${id}`, async page => {
      await main(page).getByText('connection to 10.0.0.3 refused').waitFor()
      await main(page).getByText('It is not tried again by itself.').waitFor()
      await button(page, 'Retry now').click()
      await page.getByRole('dialog', { name: 'Retry 1 task?' }).getByRole('button', { name: 'Retry' }).click()
      await page.getByRole('dialog').getByText('1 changed').waitFor()
      await page.getByRole('dialog').getByRole('button', { name: 'Close' }).last().click()
      await main(page).getByText('This task has ended').first().waitFor()
      assert.match(page.url(), new RegExp(`${id}$`))
      await page.reload()
      await main(page).getByText('There is no task with this id').first().waitFor()
    })
    assert.deepEqual(await list(server, 'Task'), [])
  })

  it('hundreds that failed alike are counted, retried at once, and gone', async () => {
    for (let at = 0; at < FAILED; at += 250) {
      await create(server, 'Task', ...Array.from({ length: 250 }, (_, number) => failedTask(at + number, `connection to 10.0.0.${(at + number) % 200} refused`)))
    }
    const [other = ''] = await create(server, 'Task', failedTask(9_999, 'the disk is full'))
    await visit('/manage/tasks/failed', async page => {
      await main(page).getByText('501 failed tasks, 2 reasons').waitFor()
      assert.deepEqual(await accessFaults(page), [])
      await button(page, 'Retry now').first().click()
      const dialog = page.getByRole('dialog')
      await page.getByRole('dialog', { name: `Retry ${FAILED} tasks?` }).waitFor()
      await dialog.getByRole('button', { name: 'Retry' }).click()
      await dialog.getByText(`${FAILED} changed`).waitFor()
      await dialog.getByRole('button', { name: 'Close' }).last().click()
      await main(page).getByText('1 failed task, 1 reason').waitFor()
      await main(page).getByRole('link', { name: 'Show the task' }).click()
      await main(page).getByText('the disk is full').waitFor()
    })
    await eventually(async () => (await list(server, 'Task')).length === 1, 'all that were retried have run')
    await cancel(other)
  })

  async function cancel(id: string): Promise<void> {
    await visit(`/manage/tasks/${id}`, async page => {
      await button(page, 'Cancel').click()
      const dialog = page.getByRole('dialog', { name: 'Cancel 1 task?' })
      await dialog.getByRole('button', { name: 'Cancel them' }).click()
      await page.getByRole('dialog').getByText('1 cancelled').waitFor()
      await page.getByRole('dialog').getByRole('button', { name: 'Close' }).last().click()
      await main(page).getByText('This task has ended').first().waitFor()
    })
    assert.deepEqual(await list(server, 'Task', { status: 'Failed' }), [])
  }

  it('filters stand in the address, chosen tasks are parked with a reason, and a row opens from the keyboard', async () => {
    await create(server, 'Task', ...[1, 2, 3].map(number => ({ ...indexTask(accountId, number), status: { '@type': 'Pending', due: LATER } })))
    await visit('/manage/tasks', async page => {
      await page.getByRole('link', { name: /^Pending/ }).click()
      await page.waitForURL(/f\.status=Pending/)
      const grid = page.getByRole('grid')
      await grid.getByRole('checkbox').nth(1).check()
      await grid.getByRole('checkbox').nth(2).check()
      await button(page, 'Park').click()
      const dialog = page.getByRole('dialog')
      await dialog.getByLabel('Reason').fill('not before Monday')
      await dialog.getByRole('button', { name: 'Park' }).click()
      await dialog.getByText('2 changed').waitFor()
      await dialog.getByRole('button', { name: 'Close' }).last().click()
      await page.getByRole('link', { name: /^Failed 2/ }).click()
      await grid.getByText('not before Monday').first().waitFor()
      await page.reload()
      await grid.getByText('not before Monday').first().waitFor()
      await grid.focus()
      await page.keyboard.press('ArrowDown')
      await page.keyboard.press('Enter')
      await page.waitForURL(/\/manage\/tasks\/[0-9a-v]{13}$/)
      await page.goBack()
      await page.waitForURL(/f\.status=Failed/)
    })
  })

  it('another order and another filter are answered also while rows are read and chosen, and what was chosen before is let go', async () => {
    const due = (year: number) => ({ ...indexTask(accountId, year), status: { '@type': 'Pending', due: `${year}-01-01T00:00:00Z` } })
    const [early = '', late = ''] = await create(server, 'Task', due(3000), due(3001))
    await visit('/manage/tasks?f.due=2999-12-31T00:00:00Z..', async page => {
      const grid = page.getByRole('grid')
      const first = (id: string) => grid.locator('[aria-rowindex="2"]').locator(`a[href$="${id}"]`).waitFor()
      await first(early)
      await grid.getByRole('columnheader').getByRole('button', { name: /^Due/ }).click()
      await first(late)
      await grid.getByRole('checkbox').nth(1).check()
      await main(page).getByText('1 selected').waitFor()
      await page.getByRole('link', { name: /^Retry/ }).click()
      await main(page).getByText('Nothing matches').waitFor()
      await page.getByRole('link', { name: /^All/ }).click()
      await first(late)
      assert.equal(await main(page).getByText('1 selected').count(), 0)
    })
    await server.call([['x:Task/set', { destroy: [early, late] }]])
  })

  it('no more tasks are changed than were counted: they are counted anew', async () => {
    const reason = 'the index is away'
    const [early = '', late = ''] = await create(server, 'Task', { ...indexTask(accountId, 7), status: { '@type': 'Pending', due: LATER } }, failedTask(8, reason))
    const [group] = (await list(server, 'TaskFailure')).filter(row => row['reason'] === reason)
    await visit(`/manage/tasks/failed?group=${String(group?.['id'])}`, async page => {
      await button(page, 'Retry now').click()
      await page.getByRole('dialog', { name: 'Retry 1 task?' }).waitFor()
      await update(server, 'Task', early, { status: { '@type': 'Failed', failureReason: reason } })
      await page.getByRole('dialog').getByRole('button', { name: 'Retry' }).click()
      await page.getByRole('dialog', { name: 'Retry 2 tasks?' }).getByText('More tasks match by now').waitFor()
      assert.equal((await list(server, 'Task', { status: 'Failed', failure: String(group?.['id']) })).length, 2)
      await page.getByRole('dialog').getByRole('button', { name: 'Retry' }).click()
      await page.getByRole('dialog').getByText('2 changed').waitFor()
    })
    const left = async () => (await list(server, 'Task')).some(({ id }) => id === early || id === late)
    await eventually(async () => !await left(), 'both have run')
  })

  it('a task that no node may work names the duty, and who could be given it', async () => {
    await using folder = await temporaryFolder()
    const variables = { ROTA_DATA_DIR: folder.path }
    const tasks = { '@type': 'EnableSome', taskTypes: { storeMaintenance: true } }
    await using before = await startServer({ variables })
    await create(before, 'ClusterRole', { name: 'front', tasks, listeners: { '@type': 'EnableAll' } })
    await before.stop()
    await using front = await startServer({ variables: { ...variables, STALWART_ROLE: 'front' } })
    const [domainId = ''] = await create(front, 'Domain', { name: 'example.net' })
    const [owner = ''] = await create(front, 'Account', { '@type': 'User', name: 'omar', domainId })
    const [id = ''] = await create(front, 'Task', indexTask(owner))
    const there = `http://127.0.0.1:${front.port('http')}`
    await browser.visit(there, async page => {
      await signIn(page, there, `/manage/tasks/${id}`)
      await main(page).getByText('No live node has the duty “Search indexing”').waitFor()
      await main(page).getByText('No role has this duty.').waitFor()
      await main(page).getByRole('listitem').filter({ hasText: 'front' }).getByRole('link', { name: 'test-node' }).waitFor()
      await page.goto(`${there}/manage/tasks/new?kind=IndexDocument`)
      await main(page).getByText('The task will wait until one has.').waitFor()
      assert.deepEqual(await accessFaults(page), [])
    })
  })

  it('whoever may only look is offered nothing else', async () => {
    await browser.visit(origin, async page => {
      await signIn(page, origin, '/manage/tasks', AUDITOR)
      await page.getByRole('grid').getByText('Index a document').first().waitFor()
      assert.equal(await page.getByRole('grid').getByRole('checkbox').count(), 0)
      assert.equal(await page.getByRole('link', { name: 'New task' }).count(), 0)
      await page.goto(`${origin}/manage/tasks/failed`)
      await shown(page)
      assert.equal(await button(page, 'Retry now').count(), 0)
    })
  })

  it('the history counts what ended, and a run leads to its task', async () => {
    await visit('/manage/tasks/history', async page => {
      await page.getByRole('grid').getByRole('link', { name: 'Store maintenance' }).first().click()
      await page.waitForURL(/\/manage\/tasks\/runs\//)
      await main(page).getByText('The task is done or was removed.').waitFor()
      assert.deepEqual(await accessFaults(page), [])
    })
  })

  it('a hundred thousand tasks scroll without a task of the page over 100 ms', async t => {
    await insertTasks(server, accountId)
    await browser.visit(origin, async page => {
      await signIn(page, origin, '/manage/tasks?f.status=Pending')
      await page.getByRole('grid').getByText('Index a document').nth(9).waitFor()
      // What the page itself takes too long for, it does each time; what a busy machine adds, it does not.
      let least = Infinity
      for (let scroll = 0; scroll < SCROLLS && least >= LONG_TASK_MS; scroll++) {
        const { longest, median } = await scrollTrace(page)
        t.diagnostic(`longest task ${longest.toFixed(0)} ms of processor time, middle frame ${median.toFixed(0)} ms`)
        least = Math.min(least, longest)
      }
      assert.ok(least < LONG_TASK_MS, `a task took ${least} ms`)
      await page.getByRole('grid').focus()
      await page.keyboard.press('End')
      await page.getByRole('grid').locator(`[aria-rowindex="${LONG_LIST + 2}"]`).getByText('Index a document').waitFor()
    })
  })
})

async function temporaryFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'rota-tasks-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}

async function insertTasks({ store }: TestServer, accountId: string): Promise<void> {
  const catalogue = new Catalogue(VARIANTS, lanes())
  const ids = idSource(1_000, systemClock)
  const due = Date.parse(LATER)
  const state = { status: 'Pending', attempt: 0, firstFailedAt: null, failedAt: null, failureReason: null } as const
  for (let at = 0; at < LONG_LIST; at += 5_000) {
    const rows = Array.from({ length: 5_000 }, (_, number) => {
      const draft = { variant: 'IndexDocument', payload: { accountId, documentId: `x${at + number}`, documentType: 'email' }, due: due + at + number }
      return { ...catalogue.row(draft, ids, systemClock.now()), state: { ...state, due: due + at + number } }
    })
    await store.transact(tx => tx.tasks.insert(rows))
  }
}

interface TraceEvent { readonly name: string; readonly ph: string; readonly pid: number; readonly tid: number; readonly tdur?: number; readonly args?: { readonly name?: string } }

/** `longest`: ms of processor time of one task of the page's thread, which a busy machine does not make longer; `median`: ms between two frames. */
async function scrollTrace(page: Page): Promise<{ readonly longest: number; readonly median: number }> {
  const engine = page.context().browser()
  assert.ok(engine)
  await engine.startTracing(page, { categories: ['toplevel', 'disabled-by-default-devtools.timeline'] })
  const frames = await page.evaluate<readonly number[]>(`new Promise(done => {
    const grid = document.querySelector('[role=grid]')
    const times = []
    let last = performance.now()
    const step = now => {
      times.push(now - last)
      last = now
      grid.scrollTop += ${STEP_PX}
      if (times.length < ${FRAMES}) requestAnimationFrame(step)
      else done(times)
    }
    requestAnimationFrame(step)
  })`)
  const { traceEvents } = JSON.parse((await engine.stopTracing()).toString()) as { readonly traceEvents: readonly TraceEvent[] }
  const threads = new Set(traceEvents.filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain').map(({ pid, tid }) => `${pid}/${tid}`))
  const tasks = traceEvents.filter(({ name, ph, pid, tid }) => ph === 'X' && name.endsWith('RunTask') && threads.has(`${pid}/${tid}`))
  assert.ok(tasks.length > FRAMES, 'the trace has the tasks of the page')
  return { longest: Math.max(...tasks.map(({ tdur = 0 }) => tdur / 1_000)), median: frames.toSorted((a, b) => a - b)[FRAMES / 2] ?? NaN }
}
