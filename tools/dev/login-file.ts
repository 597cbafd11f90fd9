/**
 * `node.json` in the data folder, as a single node has it: `npx rota` in another terminal finds a living node and its login,
 * whichever of the three was killed. A node of `npm start` that runs from the same folder keeps its own.
 */
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isAlive, readNodeFile } from '../../src/cli/node-file.ts'
import type { DevNode } from './dev-node.ts'

export class LoginFile {
  readonly #folder: string
  #leadsTo: DevNode | null = null

  constructor(folder: string) {
    this.#folder = folder
  }

  /** False: it belongs to a node of somebody else, or this one has just ended and taken its own along. */
  async lead(to: DevNode): Promise<boolean> {
    if (to === this.#leadsTo) return true
    const there = await readNodeFile(this.#folder)
    if (there.kind === 'found' && there.node.pid !== this.#leadsTo?.pid && isAlive(there.node.pid)) return false
    const its = await readNodeFile(to.dataDir)
    if (its.kind !== 'found') return false
    const path = join(this.#folder, 'node.json')
    await mkdir(this.#folder, { recursive: true, mode: 0o700 })
    await writeFile(`${path}.new`, JSON.stringify(its.node), { mode: 0o600 })
    await rename(`${path}.new`, path)
    this.#leadsTo = to
    return true
  }

  async remove(): Promise<void> {
    const there = await readNodeFile(this.#folder)
    if (this.#leadsTo !== null && there.kind === 'found' && there.node.pid === this.#leadsTo.pid) await rm(there.path)
    this.#leadsTo = null
  }
}
