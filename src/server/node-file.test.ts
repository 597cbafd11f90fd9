import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'
import { silentLog } from '../base/log.ts'
import { NodeFile } from './node-file.ts'

const IDENTITY = { pid: 7, hostname: 'mx1', user: 'admin', token: 'rota_local_x' }
let folder: string
beforeEach(async () => { folder = await mkdtemp(join(tmpdir(), 'rota-node-file-')) })
afterEach(() => rm(folder, { recursive: true }))

const read = async (path: string): Promise<unknown> => JSON.parse(await readFile(path, 'utf8'))

test('follows the address of the API, for its owner only, in a folder that it makes', async () => {
  const path = join(folder, 'data', 'node.json')
  const file = new NodeFile(join(folder, 'data'), IDENTITY, silentLog)
  await file.follow(null)
  await assert.rejects(read(path), { code: 'ENOENT' })
  void file.follow('http://127.0.0.1:1')
  await file.follow('http://127.0.0.1:2')
  assert.deepEqual(await read(path), { ...IDENTITY, url: 'http://127.0.0.1:2' })
  assert.equal((await stat(path)).mode & 0o777, 0o600)
  await file.follow(null)
  await assert.rejects(read(path), { code: 'ENOENT' })
})

test('leaves the file of another node of the folder alone', async () => {
  const file = new NodeFile(folder, IDENTITY, silentLog)
  await file.follow('http://127.0.0.1:1')
  const other = { ...IDENTITY, pid: 8, url: 'http://127.0.0.1:3' }
  await writeFile(join(folder, 'node.json'), JSON.stringify(other))
  await file.follow(null)
  assert.deepEqual(await read(join(folder, 'node.json')), other)
})

test('says so when the folder cannot be written, and goes on', async () => {
  await writeFile(join(folder, 'data'), 'no folder')
  const warnings: string[] = []
  const log = { ...silentLog, warn: (_fields: object, message: string) => { warnings.push(message) } }
  await new NodeFile(join(folder, 'data'), IDENTITY, log).follow('http://127.0.0.1:1')
  assert.match(warnings.join(), /node\.json could not be written/)
})
