/** SQLite's result codes as Rota's errors, in one place (sqlite.org/rescode.html). */
import { errorText, RotaError } from '../../errors.ts'

const PRIMARY_CODE = 0xff
const SQLITE_BUSY = 5
const SQLITE_IOERR = 10
const SQLITE_CORRUPT = 11
const SQLITE_FULL = 13
const SQLITE_CANTOPEN = 14
const SQLITE_CONSTRAINT = 19
const SQLITE_NOTADB = 26
const KEY_EXISTS = new Set([6, 8].map(detail => SQLITE_CONSTRAINT | (detail << 8)))
/** A full disk can also come back as this, when SQLite was extending the index of its write-ahead log. */
const IOERR_SHMSIZE = SQLITE_IOERR | (19 << 8)

export function isBusy(error: unknown): boolean {
  return (resultCode(error) ?? 0) % (PRIMARY_CODE + 1) === SQLITE_BUSY
}

/** The error to throw instead; what is not SQLite's stays as it is. */
export function fromSqlite(error: unknown): unknown {
  const code = resultCode(error)
  if (code === null) return error
  if (KEY_EXISTS.has(code)) {
    return new RotaError('store/conflict', `a row with this key exists: ${errorText(error)}`, {}, error)
  }
  switch (code === IOERR_SHMSIZE ? SQLITE_FULL : code & PRIMARY_CODE) {
    case SQLITE_FULL: return new RotaError('store/full', 'the disk of the data folder is full', {}, error)
    case SQLITE_BUSY: case SQLITE_IOERR: case SQLITE_CANTOPEN:
      return new RotaError('store/unavailable', `the data file cannot be used: ${errorText(error)}`, {}, error)
    case SQLITE_CORRUPT: case SQLITE_NOTADB:
      return new RotaError('store/unavailable', `rota.db in the data folder is damaged; put a backup in its place (${errorText(error)})`, {}, error)
    default: return error
  }
}

function resultCode(error: unknown): number | null {
  if (!(error instanceof Error) || !('errcode' in error)) return null
  return typeof error.errcode === 'number' ? error.errcode : null
}
