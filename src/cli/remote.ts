/**
 * What a command works with: the terminal, how output is wanted, and the server with its schema once it asks
 * for it.
 */
import type { JmapClient } from '../jmap-client/client.ts'
import type { Model } from '../jmap-client/model.ts'
import type { ExitCode } from './failure.ts'
import type { LocalNode } from './node-file.ts'
import type { Terminal } from './terminal.ts'

export interface Remote {
  readonly client: JmapClient
  readonly model: Model
  /** Who answers, where it is a node of this machine that was found by its node.json. */
  readonly node: LocalNode | null
}
export interface Invocation {
  readonly terminal: Terminal
  /** One JSON object a line instead of tables and sentences. */
  readonly json: boolean
  connect(): Promise<Remote>
}
export type Action = (invocation: Invocation) => Promise<ExitCode>
/** Given to each command's declaration: runs an action with errors mapped to exit codes. */
export type Perform = (action: Action) => Promise<void>
