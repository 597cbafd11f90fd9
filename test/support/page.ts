/** A page of documentation whose commands are run as they stand, against a node on other ports than the page names. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { NodeProcess } from './node-process.ts'

/** The program that `npx rota` starts, with the Node of this test. */
export const ROTA = `'${process.execPath}' bin/rota.js`
const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const run = promisify(execFile)

/** For `skip`: false where there is a curl. */
export const curlMissing = await run('curl', ['--version']).then(() => false as const, () => 'no curl on this machine')

/** Where the commands go: what is in its data folder, and the ports that stand for those of the page. */
type PageNode = Pick<NodeProcess, 'dataDir' | 'port'>

export class Page {
  readonly #path: string
  readonly #node: PageNode
  readonly #blocks: readonly string[]

  private constructor(path: string, node: PageNode, text: string) {
    this.#path = path
    this.#node = node
    const fences = [...text.matchAll(/^```(.*)\n([^]*?)^```/gm)]
    this.#blocks = fences.filter(([, language]) => language === '').map(([, , code = '']) => code)
  }

  static async open(path: string, node: PageNode): Promise<Page> {
    return new Page(path, node, await readFile(new URL(`../../${path}`, import.meta.url), 'utf8'))
  }

  /** In their order; those that name a language are not for the shell. */
  get blocks(): readonly string[] {
    return this.#blocks.map(code => this.#here(code))
  }

  /** The block that holds this text of the page. */
  block(text: string): string {
    const code = this.#blocks.find(each => each.includes(text))
    assert.ok(code, `${this.#path} has no block with ${text}`)
    return this.#here(code)
  }

  /** What the commands print. Rejects when one of them fails. */
  async shell(...commands: readonly string[]): Promise<string> {
    const { PATH, NODE_COMPILE_CACHE } = process.env
    const env = { PATH, NODE_COMPILE_CACHE, ROTA_DATA_DIR: this.#node.dataDir }
    const { stdout } = await run('sh', ['-eu', '-c', commands.join('\n')], { cwd: ROOT, env })
    return stdout
  }

  #here(code: string): string {
    return code.replaceAll('npx rota', ROTA)
      .replaceAll('127.0.0.1:2525', `127.0.0.1:${this.#node.port('smtp')}`)
      .replaceAll('127.0.0.1:8080', `127.0.0.1:${this.#node.port('http')}`)
  }
}
