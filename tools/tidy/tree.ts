/** The files of the repository that people write, by path. */
import { readdir, readFile } from 'node:fs/promises'
import { join, posix } from 'node:path'

/** What is installed, made while running, or kept by git. */
const LEFT_OUT = new Set(['node_modules', '.git', 'data', '.bench', '.pictures', 'dist'])
const TEXT = /(\.(tsx?|js|mjs|json|md|sql|yml|yaml|txt|html|css|svg)|(^|\/)(run|LICENSE|\.gitignore|\.npmrc|\.nvmrc))$/

export async function readTree(root: string): Promise<Map<string, string>> {
  const files = new Map<string, string>()
  async function walk(folder: string): Promise<void> {
    for (const entry of await readdir(join(root, folder), { withFileTypes: true })) {
      const path = posix.join(folder, entry.name)
      if (LEFT_OUT.has(entry.name)) continue
      if (entry.isDirectory()) await walk(path)
      else if (TEXT.test(path)) files.set(path, await readFile(join(root, path), 'utf8'))
    }
  }
  await walk('')
  return files
}
