/** One token a node: a task that was running when some node died only starts with it (README.md, Crashes). */
export class Solo {
  #taken = false
  readonly #freed: () => void

  /** `freed` is called when the token comes back. */
  constructor(freed: () => void) { this.#freed = freed }

  get free(): boolean { return !this.#taken }
  take(): void { this.#taken = true }
  give(): void {
    this.#taken = false
    this.#freed()
  }
}
