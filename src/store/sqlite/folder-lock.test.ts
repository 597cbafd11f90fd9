import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { hasCode, RotaError } from '../../errors.ts'
import { lockFolder } from './folder-lock.ts'

let root: string
before(() => { root = mkdtempSync(join(tmpdir(), 'rota-lock-')) })
after(() => { rmSync(root, { recursive: true }) })

test('a folder has one holder, and who comes second is told which process it is', () => {
  const folder = join(root, 'deep', 'data')
  const lock = lockFolder(folder)
  assert.equal(statSync(folder).mode & 0o777, 0o700)
  assert.throws(() => lockFolder(folder), error => hasCode(error, 'store/in-use')
    && error instanceof RotaError && error.message.includes(String(process.pid)) && error.details['pid'] === process.pid)
  lock.release()
  lock.release()
  lockFolder(folder).release()
})

test('a pid that cannot be read does not matter', () => {
  const folder = join(root, 'data')
  const lock = lockFolder(folder)
  writeFileSync(join(folder, 'rota.pid'), 'nonsense')
  assert.throws(() => lockFolder(folder), /another process/)
  lock.release()
})
