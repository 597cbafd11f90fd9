/**
 * What is painted again and again: in one place of a terminal, and line after line elsewhere, but only when it says
 * something new.
 */
import type { Terminal } from '../terminal.ts'

/** ECMA-48 §8.3.21, §8.3.39: to the upper left corner; erase from there on. */
const HOME_AND_ERASE = '\u001b[H\u001b[J'

export class Screen {
  readonly #terminal: Terminal
  #shown: string | null = null

  constructor(terminal: Terminal) {
    this.#terminal = terminal
  }

  /** `gist`: what makes it new, where the text itself changes with the time alone. */
  async paint(text: string, gist = text): Promise<void> {
    if (this.#terminal.painted) await this.#terminal.print(`${HOME_AND_ERASE}${text}`)
    else if (gist !== this.#shown) await this.#terminal.print(this.#shown === null ? text : `\n${text}`)
    this.#shown = gist
  }
}
