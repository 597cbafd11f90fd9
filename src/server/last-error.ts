/** A log that remembers the last error of this process, for ClusterNode and health. */
import type { JsonObject } from '../base/json.ts'
import type { Log } from '../base/log.ts'

export class RememberingLog implements Log {
  readonly #log: Log
  #lastError: string | null = null

  constructor(log: Log) { this.#log = log }

  get lastError(): string | null { return this.#lastError }

  debug(fields: object, message: string): void { this.#log.debug(fields, message) }
  info(fields: object, message: string): void { this.#log.info(fields, message) }
  warn(fields: object, message: string): void { this.#log.warn(fields, message) }
  error(fields: object, message: string): void {
    const detail = (fields as JsonObject)['error']
    this.#lastError = typeof detail === 'string' ? `${message}: ${detail}` : message
    this.#log.error(fields, message)
  }
}
