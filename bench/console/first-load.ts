/** From an address to a page that can be used, in a browser that has never been here; and what comes over the line for it. */
import { performance } from 'node:perf_hooks'
import type { CDPSession, Page } from 'playwright-core'
import { fillLogin, shown } from '../../test/support/console.ts'
import type { Measure } from '../world.ts'
import { percentile } from '../world.ts'
import type { ConsoleWorld } from './world.ts'
import { PASSWORD } from './world.ts'

const VISITS = 5
const PATH = '/manage/tasks?f.status=Pending'

interface Load { readonly loginMs: number; readonly pageMs: number; readonly againMs: number; readonly filesKiB: number; readonly answersKiB: number }

export async function firstLoadMeasures(world: ConsoleWorld): Promise<Measure[]> {
  const loads: Load[] = []
  for (let visit = 0; visit < VISITS; visit++) await world.arrive(async page => { loads.push(await load(page, world.origin)) })
  const middle = (name: keyof Load) => percentile(loads.map(each => each[name]).toSorted((a, b) => a - b), 0.5)
  return [
    { what: 'console: first visit, until the login can be typed in', unit: 'ms', value: middle('loginMs') },
    { what: '  from there until the list of tasks is there', unit: 'ms', value: middle('pageMs') },
    { what: '  the same page opened again', unit: 'ms', value: middle('againMs') },
    { what: '  files over the line, login included', unit: 'KiB', value: middle('filesKiB') },
    { what: '  answers of the API over the line', unit: 'KiB', value: middle('answersKiB') },
  ]
}

async function load(page: Page, origin: string): Promise<Load> {
  const session = await page.context().newCDPSession(page)
  const received = await receivedBy(session)
  const start = performance.now()
  await page.goto(origin + PATH)
  await page.locator('#password').waitFor()
  const atLogin = performance.now()
  await fillLogin(page, 'admin', PASSWORD)
  await ready(page)
  const there = performance.now()
  const { files, answers } = received()
  await page.reload()
  await ready(page)
  const again = performance.now()
  return { loginMs: atLogin - start, pageMs: there - atLogin, againMs: again - there, filesKiB: files / 1_024, answersKiB: answers / 1_024 }
}

async function ready(page: Page): Promise<void> {
  await page.locator('#content').waitFor()
  await shown(page)
  await page.getByRole('grid').getByText('Index a document').nth(9).waitFor()
}

/** Bytes as they came, headers included and compressed as they were. */
async function receivedBy(session: CDPSession): Promise<() => { readonly files: number; readonly answers: number }> {
  const answers = new Set<string>()
  const sums = { files: 0, answers: 0 }
  session.on('Network.requestWillBeSent', ({ requestId, request, type }) => {
    if (type === 'Fetch' || type === 'XHR' || request.method === 'POST') answers.add(requestId)
  })
  session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => { sums[answers.has(requestId) ? 'answers' : 'files'] += encodedDataLength })
  await session.send('Network.enable')
  return () => ({ ...sums })
}
