/**
 * `node.json` in the data folder: how the command line on this machine finds the running node by itself. It holds a
 * token for the administrator, so only the owner of the folder may read it; it is written at start and removed at stop.
 */
import { rm, writeFile, rename } from 'node:fs/promises'
import { join } from 'node:path'

export interface NodeFile { readonly pid: number; readonly url: string; readonly user: string; readonly token: string }

const NODE_FILE = 'node.json'

export async function writeNodeFile(dataDir: string, content: NodeFile): Promise<void> {
  const temporary = join(dataDir, `${NODE_FILE}.new`)
  await writeFile(temporary, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 })
  await rename(temporary, join(dataDir, NODE_FILE))
}

export async function removeNodeFile(dataDir: string): Promise<void> {
  await rm(join(dataDir, NODE_FILE), { force: true })
}
