/** SQLite's result codes as Rota's errors, in one place (sqlite.org/rescode.html). */
import { errorText, RotaError } from '../../errors.ts'

const PRIMARY_CODE = 0xff
const SQLITE_BUSY = 5
const SQLITE_IOERR = 10
const SQLITE_FULL = 13
const SQLITE_CANTOPEN = 14
/** A write beyond what is free can also come back as this, when SQLite was extending the WAL index. */
const IOERR_SHMSIZE = SQLITE_IOERR | (19 << 8)
const IOERR_WRITE_FULL = new Set([SQLITE_FULL, IOERR_SHMSIZE])

export function isBusy(error: unknown): boolean {
  return (resultCode(error) ?? 0) % (PRIMARY_CODE + 1) === SQLITE_BUSY
}

/** The error to throw instead; what is not SQLite's stays as it is. */
export function fromSqlite(error: unknown): unknown {
  const code = resultCode(error)
  if (code === null) return error
  if (IOERR_WRITE_FULL.has(code)) return new RotaError('store/full', 'the disk of the data folder is full', {}, error)
  switch (code & PRIMARY_CODE) {
    case SQLITE_FULL: return new RotaError('store/full', 'the disk of the data folder is full', {}, error)
    case SQLITE_BUSY: case SQLITE_IOERR: case SQLITE_CANTOPEN:
      return new RotaError('store/unavailable', `the data file cannot be used: ${errorText(error)}`, {}, error)
    default: return error
  }
}

function resultCode(error: unknown): number | null {
  if (!(error instanceof Error) || !('errcode' in error)) return null
  return typeof error.errcode === 'number' ? error.errcode : null
}
