/**
 * `node.json` in the data folder: how the command line on this machine finds the running node by itself. It holds a
 * token for the administrator, so only the owner of the folder may read it. It is there while the node has an HTTP
 * address: from the moment at which there is one, which a role or a port in use may delay, until the node stops.
 */
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Log } from '../base/log.ts'
import { errorText } from '../errors.ts'

export interface NodeIdentity { readonly pid: number; readonly hostname: string; readonly user: string; readonly token: string }

export class NodeFile {
  readonly #dataDir: string
  readonly #path: string
  readonly #identity: NodeIdentity
  readonly #log: Log
  #url: string | null = null
  #writing: Promise<void> = Promise.resolve()

  constructor(dataDir: string, identity: NodeIdentity, log: Log) {
    this.#dataDir = dataDir
    this.#path = join(dataDir, 'node.json')
    this.#identity = identity
    this.#log = log
  }

  /** The API is at this address now, or nowhere. Resolves when the file says so; a failure is logged, the node works without. */
  follow(url: string | null): Promise<void> {
    if (url !== this.#url) this.#writing = this.#writing.then(() => this.#write(url))
    this.#url = url
    return this.#writing
  }

  async #write(url: string | null): Promise<void> {
    try {
      if (url === null) return await this.#remove()
      await mkdir(this.#dataDir, { recursive: true, mode: 0o700 })
      const { pid, hostname, user, token } = this.#identity
      const temporary = `${this.#path}.new`
      await writeFile(temporary, `${JSON.stringify({ pid, hostname, url, user, token }, null, 2)}\n`, { mode: 0o600 })
      await rename(temporary, this.#path)
    } catch (error) {
      this.#log.warn({ error: errorText(error) }, 'node.json could not be written: the command line needs --url and a login')
    }
  }

  /** Nodes of a cluster may share a folder: the file of another one stays. */
  async #remove(): Promise<void> {
    const { pid } = JSON.parse(await readFile(this.#path, 'utf8')) as { pid: unknown }
    if (pid === this.#identity.pid) await rm(this.#path)
  }
}
