/** The web console as a person meets it on a node: built, opened, signed in to. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import type { Caller } from './api-call.ts'
import { create } from './api-call.ts'
import { Browser, type VisitOptions } from './browser.ts'
import { ADMIN_PASSWORD, startServer, type TestServer } from './server.ts'

export interface Person { readonly name: string; readonly password: string }
export const ADMIN: Person = { name: 'admin', password: ADMIN_PASSWORD }
/** May see everything and change nothing. */
export const AUDITOR: Person = { name: 'auditor@example.org', password: 'correct horse' }

const INSTALL = fileURLToPath(new URL('../../tools/install.mjs', import.meta.url))

/** What is served is what the sources say: a node reads the files when it starts, so call this before. */
export function buildConsole(): void {
  const { status, stderr } = spawnSync(process.execPath, [INSTALL], { encoding: 'utf8' })
  assert.equal(status, 0, stderr)
}

/** A node of its own with its console, and a browser that visits it. */
export class ConsoleWorld implements AsyncDisposable {
  readonly server: TestServer
  readonly browser: Browser
  readonly origin: string
  readonly #all: AsyncDisposableStack

  private constructor(all: AsyncDisposableStack, server: TestServer, browser: Browser) {
    this.#all = all
    this.server = server
    this.browser = browser
    this.origin = `http://127.0.0.1:${server.port('http')}`
  }

  static async open(): Promise<ConsoleWorld> {
    buildConsole()
    await using all = new AsyncDisposableStack()
    const server = all.use(await startServer())
    const browser = all.use(await Browser.open())
    return new ConsoleWorld(all.move(), server, browser)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#all.disposeAsync()
  }

  /** Work that begins at a path, signed in. */
  visit(path: string, work: (page: Page) => Promise<void>, { person = ADMIN, ...options }: VisitOptions & { readonly person?: Person } = {}): Promise<void> {
    return this.browser.visit(this.origin, async page => {
      await signIn(page, this.origin, path, person)
      await work(page)
    }, options)
  }
}

/** Goes to a path of the console and through its login, and is there when the page has its heading. */
export async function signIn(page: Page, origin: string, path = '/', { name, password } = ADMIN): Promise<void> {
  await page.goto(origin + path)
  await fillLogin(page, name, password)
  // The login page has a heading too: the console is there when its place for pages is.
  await page.locator('#content').waitFor()
  await shown(page)
}

/** On the login page. */
export async function fillLogin(page: Page, name: string, password: string): Promise<void> {
  await page.locator('#name').fill(name)
  await page.locator('#password').fill(password)
  await page.keyboard.press('Enter')
}

/** The page has its heading and what it waited for: no grey lines are left. */
export async function shown(page: Page): Promise<void> {
  await page.locator('main h1').first().waitFor()
  await page.locator('main [role=status][aria-label]').first().waitFor({ state: 'detached' })
}

/** A domain with an auditor, and the id of the domain. */
export async function createAuditor(node: Caller): Promise<string> {
  const [domainId = ''] = await create(node, 'Domain', { name: 'example.org' })
  const credentials = { 0: { '@type': 'Password', secret: AUDITOR.password } }
  await create(node, 'Account', { '@type': 'User', name: 'auditor', domainId, credentials, roles: { '@type': 'ReadOnly' } })
  return domainId
}
