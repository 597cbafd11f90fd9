/**
 * Runs the command line inside the test's process, with its streams, clock and signals in the test's hands.
 */
import { EventEmitter } from 'node:events'
import { Readable, Writable } from 'node:stream'
import type { Clock } from '../../src/base/clock.ts'
import { VirtualClock } from '../../src/base/virtual-clock.ts'
import { run } from '../../src/cli/run.ts'
import type { Environment, Input } from '../../src/cli/terminal.ts'
import type { JmapServer } from './jmap-server.ts'
import { TEST_TOKEN } from './jmap-server.ts'

export interface CliOptions {
  readonly server?: JmapServer
  /** Laid over the login of the test server. */
  readonly env?: Environment
  readonly stdin?: string | Input
  /** Standard output is a terminal. */
  readonly tty?: boolean
  readonly clock?: Clock
  readonly signals?: EventEmitter
  readonly stdout?: Capture
}
export interface Ran { readonly code: number; readonly stdout: string; readonly stderr: string }

/** Standing time: 2026-01-01T00:00:00Z. */
export const CLI_NOW = '2026-01-01T00:00:00Z'
const NO_DATA_DIR = '/nonexistent/rota-data'

export async function runCli(words: readonly string[], options: CliOptions = {}): Promise<Ran> {
  const stdout = options.stdout ?? new Capture(options.tty)
  const stderr = new Capture()
  const stdin = typeof options.stdin === 'object' ? options.stdin : Readable.from([Buffer.from(options.stdin ?? '')])
  const code = await run(['node', 'rota', ...words], {
    env: {
      ROTA_DATA_DIR: NO_DATA_DIR,
      ...(options.server ? { ROTA_URL: options.server.url, ROTA_TOKEN: TEST_TOKEN } : {}),
      ...options.env,
    },
    stdin, stdout, stderr,
    clock: options.clock ?? new VirtualClock(),
    signals: options.signals ?? new EventEmitter(),
  })
  return { code, stdout: stdout.text, stderr: stderr.text }
}

/** A stream that keeps what is written; `line` resolves with the next line that holds some text. */
export class Capture extends Writable {
  text = ''
  readonly isTTY: boolean
  #waiting: (() => void)[] = []

  constructor(isTTY = false) {
    super({ decodeStrings: false })
    this.isTTY = isTTY
  }

  override _write(chunk: string | Buffer, _encoding: string, done: (error?: Error) => void): void {
    this.text += String(chunk)
    for (const wake of this.#waiting.splice(0)) wake()
    done()
  }

  async line(part: string): Promise<string> {
    for (;;) {
      const found = this.text.split('\n').find(line => line.includes(part))
      if (found !== undefined) return found
      await new Promise<void>(resolve => { this.#waiting.push(resolve) })
    }
  }
}

/** A clock that tells when somebody waits for just this long. */
export class AwaitedClock extends VirtualClock {
  #waiting: { readonly delayMs: number; readonly wake: () => void }[] = []

  override after(delayMs: number, fire: () => void): () => void {
    const cancel = super.after(delayMs, fire)
    const due = this.#waiting.filter(entry => entry.delayMs === delayMs)
    this.#waiting = this.#waiting.filter(entry => entry.delayMs !== delayMs)
    for (const { wake } of due) wake()
    return cancel
  }

  waitedFor(delayMs: number): Promise<void> {
    return new Promise(wake => { this.#waiting.push({ delayMs, wake }) })
  }
}
