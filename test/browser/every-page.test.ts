/**
 * Every page of the console, with data, at three widths, by day and by night: it is there, it fits, anybody can use it,
 * and it complains about nothing. A picture of each is kept.
 */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { gzipSync } from 'node:zlib'
import type { Page } from 'playwright-core'
import { deliverToKeep, destroyAllMail } from '../support/archived-mail.ts'
import { accessFaults, Browser, chromiumMissing, keepPicture, PICTURES, SCHEMES } from '../support/browser.ts'
import { ADMIN, buildConsole, fillLogin, shown, signIn } from '../support/console.ts'
import { fillNode, type ConsoleData } from '../support/console-data.ts'
import { list } from '../support/api-call.ts'
import { createPerson, JANE } from '../support/jane.ts'
import { startServer, type TestServer } from '../support/server.ts'

interface Place { readonly path: string; readonly needs?: readonly [object: string, verb: string] }
const PLACES = new URL('../../webui/src/app/places.ts', import.meta.url)
const SIZES = [[1_280, 800], [2_560, 1_440], [360, 740]] as const
/**
 * On the network, until the dashboard has all of its numbers and its charts are drawn. What opens over a page (menus, hints, notes,
 * the palette) is fetched once a pointer moves over it or a key is pressed on it, which here nobody does.
 */
const FIRST_LOAD_BYTES_MAX = 250_000

describe('every page of the console', { skip: chromiumMissing(), timeout: 600_000 }, () => {
  const world = new AsyncDisposableStack()
  let browser: Browser
  let server: TestServer
  let origin: string
  let data: ConsoleData
  before(async () => {
    buildConsole()
    server = world.use(await startServer())
    origin = `http://127.0.0.1:${server.port('http')}`
    data = await fillNode(server)
    await archiveOne()
    browser = world.use(await Browser.open())
  })
  after(() => world.disposeAsync())

  it('fits, can be used by anybody, and complains about nothing', async t => {
    t.diagnostic(`pictures of every page: ${PICTURES}`)
    const paths = await allPaths()
    assert.ok(paths.length > 20, 'the places were read')
    assert.deepEqual(paths.filter(path => path.includes('undefined')), [], 'there is one of each')
    await browser.visit(origin, async (page, complaints) => {
      await signIn(page, origin)
      for (const path of paths) {
        await t.test(path, async () => {
          const before = complaints().length
          await page.setViewportSize({ width: 1_280, height: 800 })
          await page.goto(origin + path)
          await shown(page)
          assert.deepEqual(await accessFaults(page), [])
          await lookAtEverySize(page, path)
          assert.deepEqual(complaints().slice(before), [])
        })
      }
    })
  })

  it('first loads less than 250 KB', async t => {
    await browser.visit(origin, async page => {
      const files = new Set([`${origin}/`])
      page.on('request', request => { if (request.url().startsWith(`${origin}/assets/`)) files.add(request.url()) })
      await page.goto(origin)
      await fillLogin(page, ADMIN.name, ADMIN.password)
      await shown(page)
      for (const name of ['Ended runs over time', 'Share of runs']) await page.getByRole('img', { name }).locator('canvas').waitFor()
      const sizes: [number, string][] = []
      for (const file of files) sizes.push([gzipSync(await (await fetch(file)).bytes()).length, file.slice(origin.length)])
      assert.ok(sizes.some(([, file]) => file.includes('chart-drawing')), 'with what draws the charts')
      assert.deepEqual(sizes.filter(([, file]) => /\/de-|-de-/.test(file)), [], 'no words of the language that is not spoken')
      const bytes = sizes.reduce((sum, [size]) => sum + size, 0)
      t.diagnostic(`the console first loads ${Math.round(bytes / 1_000)} KB, compressed, in ${sizes.length} files`)
      assert.ok(bytes > 50_000 && bytes < FIRST_LOAD_BYTES_MAX, `${bytes} bytes: ${sizes.toSorted(([a], [b]) => b - a).join(' ')}`)
    })
  })

  async function archiveOne(): Promise<void> {
    const domain = (await list(server, 'Domain')).find(({ name }) => JANE.name.endsWith(`@${String(name)}`))
    const jane = await createPerson(server, String(domain?.['id']), 'jane')
    await deliverToKeep(server, ['The heron'])
    await destroyAllMail(server, jane)
  }

  /** Those of the table, with an object in place of its parameter, and those that fit every object. */
  async function allPaths(): Promise<string[]> {
    const { PLACES: places } = await import(PLACES.href) as { PLACES: readonly Place[] }
    const own: string[] = []
    for (const { path, needs: [object] = [''] } of places) {
      if (path === '/manage/tasks/$id') own.push(path.replace('$id', data.taskId))
      else own.push(path.includes('$id') ? path.replace('$id', String((await list(server, object))[0]?.['id'])) : path)
    }
    const general = ['', '/new', `/${data.domainId}`, `/${data.domainId}/edit`].map(end => `/manage/o/Domain${end}`)
    const alone = ['/manage/o/DnsServer/new', '/manage/o/DkimSignature/new', '/manage/o/SystemSettings/singleton', '/manage/o/SpamSettings/singleton/edit']
    return [...own, ...general, ...alone, '/manage/no/such/page']
  }

  async function lookAtEverySize(page: Page, path: string): Promise<void> {
    const name = path === '/' ? 'dashboard' : path.slice(1).replaceAll('/', '-').replace(/[a-z0-9]{13}/g, 'one')
    for (const [nth, [width, height]] of SIZES.entries()) {
      await page.setViewportSize({ width, height })
      // From each size to the next it stays day or night.
      for (const scheme of nth % 2 === 0 ? SCHEMES : SCHEMES.toReversed()) {
        await page.emulateMedia({ colorScheme: scheme })
        await keepPicture(page, `${name}-${width}-${scheme}`)
        assert.ok(Number(await page.evaluate('document.documentElement.scrollWidth')) <= width, `it is wider than ${width} pixels`)
        if (scheme === 'dark' && nth === SIZES.length - 1) assert.deepEqual(await accessFaults(page, 'color-contrast'), [], 'by night')
      }
    }
    await page.emulateMedia({ colorScheme: 'light' })
  }
})
