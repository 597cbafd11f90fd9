/** What is on the terminal of `npm run dev`: how to reach the cluster and how to hurt it, who holds what, what happened. */
import { pause, systemClock } from '../../src/base/clock.ts'
import type { Finding } from '../../src/cli/cluster/finding.ts'
import { findingLine, readFindings } from '../../src/cli/cluster/finding.ts'
import { nodeTable } from '../../src/cli/cluster/node-table.ts'
import type { NodeView } from '../../src/cli/cluster/node-view.ts'
import { bucketsHeld, isAway, readNodes } from '../../src/cli/cluster/node-view.ts'
import { formatTime } from '../../src/cli/input/when.ts'
import { Screen } from '../../src/cli/output/screen.ts'
import { tableText } from '../../src/cli/output/table.ts'
import type { Terminal } from '../../src/cli/terminal.ts'
import { isPassing } from '../../src/jmap-client/errors.ts'
import { Model } from '../../src/jmap-client/model.ts'
import type { DevNode } from './dev-node.ts'
import type { LoginFile } from './login-file.ts'

/** A node that ended, until its work is with the others. */
interface Loss { readonly node: DevNode; readonly atMs: number; readonly heldBefore: number }

interface Cluster { readonly nodes: readonly NodeView[]; readonly errors: readonly Finding[] }

const LOOK_MS = 500
const EVENTS_MAX = 8

export class Live {
  readonly #terminal: Terminal
  readonly #screen: Screen
  readonly #nodes: readonly DevNode[]
  readonly #head: readonly string[]
  readonly #login: LoginFile
  readonly #events: string[] = []
  readonly #losses = new Set<Loss>()
  #model: Model | null = null
  #held = 0
  #begun = false
  #answered: DevNode | null = null

  /** `head` are lines that stay on a terminal, and are told once elsewhere. */
  constructor(terminal: Terminal, nodes: readonly DevNode[], login: LoginFile, head: readonly string[]) {
    this.#terminal = terminal
    this.#screen = new Screen(terminal)
    this.#nodes = nodes
    this.#login = login
    this.#head = head
  }

  /** Until the signal, or until no node is left. */
  async run(signal: AbortSignal): Promise<void> {
    for (const node of this.#nodes) void node.ended().then(() => { if (!signal.aborted) this.#lost(node) })
    while (!signal.aborted) {
      const alive = this.#nodes.filter(({ end }) => end === null)
      const cluster = await this.#look(alive)
      if (signal.aborted) return
      if (cluster !== null) this.#settle(cluster.nodes)
      await this.#paint(alive, cluster)
      if (alive.length === 0) return
      await pause(systemClock, LOOK_MS, signal)
    }
  }

  /** By way of the node that answered last, else of the first that does; null when none does. */
  async #look(alive: readonly DevNode[]): Promise<Cluster | null> {
    for (const node of alive.toSorted((one, other) => Number(other === this.#answered) - Number(one === this.#answered))) {
      try {
        const model = this.#model ??= new Model(await node.api.schema())
        const remote = { client: node.api, model, node: null }
        const [nodes, findings] = [await readNodes(remote), await readFindings(remote)]
        this.#answered = node
        await this.#login.lead(node)
        return { nodes, errors: findings.filter(({ severity }) => severity === 'error') }
      } catch (error) {
        // It ends, or is paused: the next one knows as much.
        if (!isPassing(error)) throw error
      }
    }
    return null
  }

  #lost(node: DevNode): void {
    const { code, signal } = node.end ?? { code: null, signal: null }
    this.#say(`${node.name} (process ${node.pid}) ${signal === null ? `ended with exit code ${code}` : `was ended by ${signal}`}`)
    this.#losses.add({ node, atMs: systemClock.monotonicMs(), heldBefore: this.#held })
  }

  /** A loss is over when the others hold as much as all held before. */
  #settle(nodes: readonly NodeView[]): void {
    const held = nodes.filter(node => !isAway(node)).reduce((sum, node) => sum + bucketsHeld(node), 0)
    for (const loss of this.#losses) {
      const gone = nodes.some(node => node.hostname === loss.node.name && isAway(node))
      if (!gone || held < loss.heldBefore) continue
      this.#losses.delete(loss)
      const seconds = (systemClock.monotonicMs() - loss.atMs) / 1_000
      this.#say(`the others have all work of ${loss.node.name}, ${seconds.toFixed(1)} s after its end`)
    }
    if (this.#losses.size === 0) this.#held = held
  }

  #say(text: string): void {
    const timeOfDay = formatTime(systemClock.now()).slice('YYYY-MM-DDT'.length, -1)
    this.#events.push(`${timeOfDay} ${text}`)
    if (this.#events.length > EVENTS_MAX) this.#events.shift()
  }

  async #paint(alive: readonly DevNode[], cluster: Cluster | null): Promise<void> {
    const processes = alive.map(({ name, pid, url }) => [name, String(pid), url ?? '-', `kill -9 ${pid}`])
    const nodes = cluster === null ? 'no node answers' : nodeTable(this.#terminal, cluster.nodes, systemClock.now())
    const errors = (cluster?.errors ?? []).map(finding => findingLine(this.#terminal, finding))
    const head = this.#terminal.painted || !this.#begun ? this.#head : []
    this.#begun = true
    const text = [
      ...head, '', tableText(this.#terminal, ['node', 'pid', 'api', 'kill it with'], processes), '', nodes, ...errors, '', ...this.#events,
    ].join('\n')
    await this.#screen.paint(text, JSON.stringify([processes, cluster, this.#events], replaceMaps))
  }
}

function replaceMaps(_key: string, value: unknown): unknown {
  return value instanceof Map ? [...value] : value
}
