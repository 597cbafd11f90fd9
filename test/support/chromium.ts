/**
 * A page in Debian's chromium without a window, driven through its DevTools protocol. What a person sees and does is
 * asked and done in the page; tests wait for what the page says, never for time to pass.
 */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { assert } from '../../src/base/assert.ts'

const PROGRAM = 'chromium'

/** Why the tests that need a browser are skipped; false: it is there. */
export function chromiumMissing(): string | false {
  return spawnSync(PROGRAM, ['--version']).status === 0 ? false : 'chromium is not installed'
}

type Params = Readonly<Record<string, unknown>>
interface Message {
  readonly id?: number
  readonly method?: string
  readonly params?: Params
  readonly result?: Params
  readonly error?: { readonly message: string }
}

export class Browser implements AsyncDisposable {
  readonly #socket: WebSocket
  readonly #close: () => Promise<void>
  readonly #waiting = new Map<number, PromiseWithResolvers<Params>>()
  /** Pages that have been loaded. */
  readonly #loads = new Set<unknown>()
  #listeners: ((message: Message) => void)[] = []
  #session: string | null = null
  #calls = 0
  /** What the page and its policy complained about. */
  readonly complaints: string[] = []

  private constructor(socket: WebSocket, close: () => Promise<void>) {
    this.#socket = socket
    this.#close = close
    socket.addEventListener('message', ({ data }) => { this.#heard(JSON.parse(String(data)) as Message) })
  }

  static async open(): Promise<Browser> {
    const profile = await mkdtemp(join(tmpdir(), 'rota-chromium-'))
    const flags = ['--headless', '--disable-gpu', '--no-first-run', `--user-data-dir=${profile}`, '--remote-debugging-port=0']
    const root = process.getuid?.() === 0 ? ['--no-sandbox'] : []
    const child = spawn(PROGRAM, [...flags, ...root, 'about:blank'], { stdio: ['ignore', 'ignore', 'pipe'] })
    const ended = once(child, 'exit')
    let address: string | undefined
    for await (const line of createInterface(child.stderr)) {
      address = /^DevTools listening on (ws:\S+)/.exec(line)?.[1]
      if (address !== undefined) break
    }
    child.stderr.resume()
    assert(address, 'chromium did not say where it listens')
    const socket = new WebSocket(address)
    await once(socket, 'open')
    const browser = new Browser(socket, async () => {
      child.kill()
      await ended
      await rm(profile, { recursive: true, force: true, maxRetries: 5 })
    })
    await browser.#attach()
    return browser
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.close()
    await this.#close()
  }

  /** A screen of so many CSS pixels. */
  async screen(width: number, height: number, scheme: 'light' | 'dark'): Promise<void> {
    await this.#call('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: 1, mobile: width < 600 })
    await this.#call('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-color-scheme', value: scheme }] })
  }

  async go(url: string): Promise<void> {
    const { loaderId } = await this.#call('Page.navigate', { url })
    await this.#loaded(loaderId)
  }

  /** The value of an expression in the page; a promise is waited for. */
  async ask(expression: string): Promise<unknown> {
    const answer = await this.#call('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true })
    const { result, exceptionDetails } = answer as { result: { value?: unknown }; exceptionDetails?: { text: string } }
    assert(exceptionDetails === undefined, `${expression}: ${JSON.stringify(exceptionDetails)}`)
    return result.value
  }

  /** Resolves as soon as the expression is true. */
  async until(expression: string): Promise<void> {
    await this.ask(`new Promise(resolve => {
      const look = () => { if (${expression}) resolve(true); else requestAnimationFrame(look) }
      look()
    })`)
  }

  /** What the keyboard sends, into what has the focus. */
  async type(text: string): Promise<void> {
    await this.#call('Input.insertText', { text })
  }

  async press(key: 'Enter' | 'Tab'): Promise<void> {
    const code = key === 'Enter' ? 13 : 9
    const named = { key, code: key, windowsVirtualKeyCode: code, ...(key === 'Enter' ? { text: '\r' } : {}) }
    await this.#call('Input.dispatchKeyEvent', { type: 'keyDown', ...named })
    await this.#call('Input.dispatchKeyEvent', { type: 'keyUp', ...named })
  }

  /** The next address that the page goes to, once it is there. */
  async arrival(): Promise<string> {
    const { frame } = await this.#event('Page.frameNavigated', () => true) as { frame: { url: string; loaderId: string } }
    await this.#loaded(frame.loaderId)
    return frame.url
  }

  /** A PNG. */
  async picture(): Promise<Buffer> {
    const { data } = await this.#call('Page.captureScreenshot', { format: 'png' })
    return Buffer.from(String(data), 'base64')
  }

  async #attach(): Promise<void> {
    type Found = { readonly targetInfos: { readonly targetId: string; readonly type: string }[] }
    const page = (await this.#call('Target.getTargets', {}) as Found).targetInfos.find(({ type }) => type === 'page')
    assert(page, 'chromium opened no page')
    const { sessionId } = await this.#call('Target.attachToTarget', { targetId: page.targetId, flatten: true })
    this.#session = String(sessionId)
    for (const domain of ['Page', 'Runtime', 'Log']) await this.#call(`${domain}.enable`, {})
    await this.#call('Page.setLifecycleEventsEnabled', { enabled: true })
  }

  async #loaded(loaderId: unknown): Promise<void> {
    if (!this.#loads.has(loaderId)) await this.#event('Page.lifecycleEvent', () => this.#loads.has(loaderId))
  }

  #call(method: string, params: Params): Promise<Params> {
    const id = ++this.#calls
    const answer = Promise.withResolvers<Params>()
    this.#waiting.set(id, answer)
    const session = this.#session === null ? {} : { sessionId: this.#session }
    this.#socket.send(JSON.stringify({ id, method, params, ...session }))
    return answer.promise
  }

  #event(method: string, isIt: () => boolean): Promise<Params> {
    return new Promise(resolve => {
      const listener = (message: Message) => {
        if (message.method !== method || !isIt()) return
        this.#listeners = this.#listeners.filter(other => other !== listener)
        resolve(message.params ?? {})
      }
      this.#listeners.push(listener)
    })
  }

  #heard(message: Message): void {
    if (message.method === 'Log.entryAdded' || message.method === 'Runtime.exceptionThrown') {
      this.complaints.push(JSON.stringify(message.params))
    }
    if (message.params?.['name'] === 'load') this.#loads.add(message.params['loaderId'])
    for (const listener of this.#listeners) listener(message)
    const waiting = message.id === undefined ? undefined : this.#waiting.get(message.id)
    if (waiting === undefined || message.id === undefined) return
    this.#waiting.delete(message.id)
    if (message.error === undefined) waiting.resolve(message.result ?? {})
    else waiting.reject(new Error(message.error.message))
  }
}
