/**
 * The streams, clock and signals of one run, handed in so that tests can hold them. Standard output is for
 * results, standard error for everything else. When the reader of the output goes away (`rota query task |
 * head`) the run ends quietly: `signal` aborts and later output is dropped.
 */
import type { EventEmitter } from 'node:events'
import type { Readable, Writable } from 'node:stream'
import { styleText } from 'node:util'
import type { Clock } from '../base/clock.ts'
import { systemClock } from '../base/clock.ts'

export interface Environment { readonly [name: string]: string | undefined }
export interface Input extends Readable { readonly isTTY?: boolean; setRawMode?(raw: boolean): unknown }
export interface Output extends Writable { readonly isTTY?: boolean }
export interface Surroundings {
  readonly env: Environment
  readonly stdin: Input
  readonly stdout: Output
  readonly stderr: Output
  readonly clock: Clock
  /** Where SIGINT and SIGTERM are heard. */
  readonly signals: EventEmitter
}
export type Style = 'bold' | 'dim' | 'red' | 'yellow' | 'green'

const INTERRUPTS = ['SIGINT', 'SIGTERM']

export function processSurroundings(): Surroundings {
  const { env, stdin, stdout, stderr } = process
  return { env, stdin, stdout, stderr, clock: systemClock, signals: process }
}

export class Terminal {
  readonly env: Environment
  readonly stdin: Input
  readonly stderr: Output
  readonly clock: Clock
  readonly #around: Surroundings
  /** Remarks are JSON too. */
  json = false
  readonly #end = new AbortController()
  #failure: Error | null = null

  constructor(around: Surroundings) {
    this.#around = around
    this.env = around.env
    this.stdin = around.stdin
    this.stderr = around.stderr
    this.clock = around.clock
    around.stdout.on('error', error => { this.#outputFailed(error) })
    // Nobody is left to be told that the messages have no reader.
    around.stderr.on('error', () => undefined)
  }

  /** Aborts when the output has nobody to read it any more, or on an interrupt that is listened for. */
  get signal(): AbortSignal { return this.#end.signal }

  /** Somebody looks at the output as it is now: it may be painted over. */
  get painted(): boolean { return this.#around.stdout.isTTY === true && this.env['TERM'] !== 'dumb' }

  /** One result, with its newline; resolves when the stream takes more. */
  async print(text: string): Promise<void> {
    const { stdout } = this.#around
    if (this.#end.signal.aborted || stdout.write(`${text}\n`)) return
    await new Promise<void>(resolve => {
      const done = () => {
        stdout.off('drain', done)
        this.#end.signal.removeEventListener('abort', done)
        resolve()
      }
      stdout.once('drain', done)
      this.#end.signal.addEventListener('abort', done, { once: true })
    })
  }

  /** A remark for the person at the keyboard. */
  note(text: string): void {
    this.complain(this.json ? JSON.stringify({ note: text }) : text)
  }

  /** One line on standard error, as it is. */
  complain(line: string): void {
    this.#around.stderr.write(`${line}\n`)
  }

  style(style: Style, text: string): string {
    return this.#colours(this.#around.stdout) ? styleText(style, text, { validateStream: false }) : text
  }

  /** Ctrl-C ends the run cleanly from here on, by way of `signal`; the returned function ends that. */
  catchInterrupts(): () => void {
    const stop = () => { this.#end.abort() }
    for (const name of INTERRUPTS) this.#around.signals.once(name, stop)
    return () => { for (const name of INTERRUPTS) this.#around.signals.off(name, stop) }
  }

  /** Once all output is written: what kept it from being so, a full disk for one. */
  async outputFailure(): Promise<Error | null> {
    const { stdout } = this.#around
    if (!this.#end.signal.aborted) await new Promise<void>(resolve => { stdout.write('', () => { resolve() }) })
    return this.#failure
  }

  #colours(stream: Output): boolean {
    return stream.isTTY === true && !this.env['NO_COLOR'] && this.env['TERM'] !== 'dumb'
  }

  #outputFailed(error: Error): void {
    if (this.#end.signal.aborted) return
    if (!('code' in error && error.code === 'EPIPE')) this.#failure = error
    this.#end.abort()
  }
}
