/**
 * One process a data folder. The lock is a small SQLite file of its own that is kept under BEGIN EXCLUSIVE: the
 * operating system frees it when the process ends, however it ends, so there is never a stale lock to remove by hand.
 * The pid beside it is for people only; nothing decides by it.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { RotaError } from '../../errors.ts'
import { isBusy } from './errors.ts'

export interface FolderLock { release(): void }

/** Creates the folder when it is missing, readable by its owner only. */
export function lockFolder(dataDir: string): FolderLock {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const pidFile = join(dataDir, 'rota.pid')
  const database = new DatabaseSync(join(dataDir, 'rota.lock'), { timeout: 0 })
  try {
    database.exec('begin exclusive')
  } catch (error) {
    database.close()
    if (!isBusy(error)) throw error
    const pid = readPid(pidFile)
    throw new RotaError('store/in-use', `${dataDir} is in use by ${pid === null ? 'another process' : `process ${pid}`}`,
      { pid }, error)
  }
  try {
    writeFileSync(pidFile, `${process.pid}\n`, { mode: 0o600 })
  } catch (error) {
    database.close()
    throw error
  }
  return { release: () => { if (database.isOpen) database.close() } }
}

function readPid(path: string): number | null {
  try {
    const pid = Number(readFileSync(path, 'utf8'))
    return Number.isInteger(pid) && pid > 0 ? pid : null
  } catch {
    return null
  }
}
