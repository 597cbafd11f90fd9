/**
 * Mail that comes in by LMTP without a pause, whatever happens to the nodes: a sender for each recipient, one message
 * after the other, so that each recipient's tasks have an order. A message that is not acknowledged is not sent again.
 */
import { LmtpClient } from '../lmtp.ts'
import type { NodeProcess } from '../node-process.ts'

/** What becomes of a message when its node stops or dies, or the database does. */
const EXPECTED = /the server closed|^Error: [45]\d\d[ -]|\bECONN(REFUSED|RESET)\b|\bEPIPE\b/

export class MailLoad {
  acknowledged = 0
  refused = 0
  #over = false
  readonly #waiting = new Set<{ readonly enough: number; readonly resolve: () => void }>()
  readonly #nodes: () => readonly NodeProcess[]
  readonly #senders: readonly Promise<void>[]

  /** `nodes`: those that may take mail just now; there is one at least. */
  constructor(recipients: readonly string[], nodes: () => readonly NodeProcess[]) {
    this.#nodes = nodes
    this.#senders = recipients.map((recipient, index) => this.#send(recipient, index))
  }

  /** Until so many more messages are acknowledged. */
  async more(count: number): Promise<void> {
    const enough = this.acknowledged + count
    const there = new Promise<void>(resolve => { this.#waiting.add({ enough, resolve }) })
    await Promise.race([there, ...this.#senders])
  }

  /** Resolves when the last message on its way has an answer. */
  async stop(): Promise<void> {
    this.#over = true
    await Promise.all(this.#senders)
  }

  async #send(recipient: string, first: number): Promise<void> {
    for (let turn = first; !this.#over; turn++) {
      const nodes = this.#nodes()
      const node = nodes[turn % nodes.length]
      if (!node) throw new Error('there is no node to take mail')
      try {
        await this.#sendTo(node, recipient)
      } catch (error) {
        if (!EXPECTED.test(String(error))) throw error
        this.refused++
      }
    }
  }

  async #sendTo(node: NodeProcess, recipient: string): Promise<void> {
    const client = await LmtpClient.open(node.port('lmtp'))
    try {
      while (!this.#over) {
        await client.deliver(recipient, `Message ${this.acknowledged}`, 'Herons stand in the reeds.')
        this.acknowledged++
        this.#tell()
      }
    } finally {
      client.close()
    }
  }

  #tell(): void {
    for (const each of this.#waiting) {
      if (this.acknowledged < each.enough) continue
      this.#waiting.delete(each)
      each.resolve()
    }
  }
}
