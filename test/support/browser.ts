/**
 * Debian's chromium without a window, driven by playwright: one browser for a test file, a context of its own for each
 * visit. Tests wait for what a person would see. What nobody would look for fails a visit by itself: an error or a
 * warning in the console, a violation of the content security policy, an uncaught exception or rejection, a request to
 * another host.
 */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { AxeBuilder } from '@axe-core/playwright'
import { chromium, type Browser as Chromium, type BrowserContext, type Page } from 'playwright-core'

const PROGRAM = 'chromium'
/** For one action or one thing to be seen; a busy machine is slow, and a test that fails may wait. */
const ACTION_MS_MAX = 20_000
/** Where pictures go; not in git. */
export const PICTURES = fileURLToPath(new URL('../../.pictures/', import.meta.url))

export type Scheme = 'light' | 'dark'
export const SCHEMES: readonly Scheme[] = ['light', 'dark']

export interface VisitOptions {
  /** CSS pixels. */
  readonly width?: number
  readonly height?: number
  readonly scheme?: Scheme
  /** Of the browser, as `de-DE`. */
  readonly language?: string
  readonly timeZone?: string
  /** What moves moves: by default it jumps, as for those who ask for less motion. */
  readonly motion?: boolean
  /** Complaints that belong to the test, as the console's line about a password that is refused. */
  readonly expected?: readonly RegExp[]
}

/** The program's path; null when it is not on this machine. */
function chromiumProgram(): string | null {
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  return folders.map(folder => join(folder, PROGRAM)).find(path => existsSync(path)) ?? null
}

/** Why the tests that need a browser are skipped; false: it is there. */
export function chromiumMissing(): string | false {
  return chromiumProgram() === null ? 'chromium is not installed' : false
}

/** What the pages of a visit have complained about so far, without what is expected. */
export type Complaints = () => readonly string[]

export class Browser implements AsyncDisposable {
  readonly #chromium: Chromium

  private constructor(browser: Chromium) {
    this.#chromium = browser
  }

  static async open(): Promise<Browser> {
    const program = chromiumProgram()
    assert.ok(program !== null, 'chromium is not installed')
    return new Browser(await chromium.launch({
      executablePath: program,
      // As root it has no sandbox to put itself into.
      chromiumSandbox: process.getuid?.() !== 0,
      args: ['--disable-gpu', '--no-first-run', '--font-render-hinting=none'],
    }))
  }

  /** Ends every process of it. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#chromium.close()
  }

  /** Work in a page of its own. Rejects as well when the page complained, or asked another host than that of `origin`. */
  async visit(origin: string, work: (page: Page, complaints: Complaints) => Promise<void>, options: VisitOptions = {}): Promise<void> {
    const { width = 1_280, height = 800, scheme = 'light', language = 'en-GB', timeZone = 'Europe/Berlin', motion = false, expected = [] } = options
    const context = await this.#chromium.newContext({
      viewport: { width, height }, colorScheme: scheme, locale: language, timezoneId: timeZone, reducedMotion: motion ? 'no-preference' : 'reduce',
    })
    context.setDefaultTimeout(ACTION_MS_MAX)
    const complaints = listen(context, origin)
    const unexpected = () => complaints.filter(complaint => !expected.some(pattern => pattern.test(complaint)))
    try {
      const page = await context.newPage()
      await work(page, unexpected).catch(async (error: unknown) => { throw await explained(error, page, complaints) })
      assert.deepEqual(unexpected(), [], 'what the page complained about')
    } finally {
      await context.close()
    }
  }
}

/** Every complaint of every page of the context, as it comes. */
function listen(context: BrowserContext, origin: string): readonly string[] {
  const complaints: string[] = []
  const allowed = new Set([new URL(origin).host, ''])
  context.on('console', message => {
    if (['error', 'warning', 'assert'].includes(message.type())) complaints.push(`console: ${message.text()} (${message.location().url})`)
  })
  context.on('weberror', error => { complaints.push(`uncaught: ${error.error().stack ?? String(error.error())}`) })
  context.on('request', request => {
    if (!allowed.has(new URL(request.url()).host)) complaints.push(`another host: ${request.url()}`)
  })
  return complaints
}

/** Of this process. */
let failures = 0

/** The error with what the page looked like and said when it came. */
async function explained(error: unknown, page: Page, complaints: readonly string[]): Promise<Error> {
  const picture = await keepPicture(page, `failed-${process.pid}-${++failures}`).catch(String)
  const said = complaints.length === 0 ? '' : `\nThe page complained:\n${complaints.join('\n')}`
  const message = error instanceof Error ? error.message : String(error)
  return new Error(`${message}\nat ${page.url()}, see ${picture}${said}`, { cause: error })
}

/** A picture of what is to be seen now. Its path. */
export async function keepPicture(page: Page, name: string): Promise<string> {
  await mkdir(PICTURES, { recursive: true })
  const path = join(PICTURES, `${name}.jpeg`)
  await page.screenshot({ path, quality: 85 })
  return path
}

type Violations = Awaited<ReturnType<AxeBuilder['analyze']>>['violations']

/**
 * What axe finds on the page as it is, one line for each rule and place, whatever its impact; `rules` keeps to
 * these.
 */
export async function accessFaults(page: Page, ...rules: readonly string[]): Promise<string[]> {
  // The builder brings axe into the page. What it would find itself are pages of things that are right: twice the time (measured).
  const isThere = await page.evaluate('typeof axe === "object"')
  if (isThere !== true) await new AxeBuilder({ page }).setLegacyMode(true).withRules('document-title').analyze()
  const options = { resultTypes: ['violations'], ...rules.length > 0 ? { runOnly: { type: 'rule', values: rules } } : {} }
  const violations = await page.evaluate<Violations>(`axe.run(document, ${JSON.stringify(options)}).then(({ violations }) => violations)`)
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ target, failureSummary = '' }) => `${id}: ${help}: ${target.join(' ')}: ${failureSummary.replace(/\s+/g, ' ')}`))
}
