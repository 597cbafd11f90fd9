/** PostgreSQL's SQLSTATE codes and the driver's own failures as Rota's errors, in one place. */
import { errorText, RotaError } from '../../errors.ts'

/** Socket errors by name; everything of class 08 and these states mean that there is no usable connection. */
const CONNECTION_CODES = new Set([
  'ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT', 'EPIPE', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOENT',
  '57P01', '57P02', '57P03', '57P05', '25P03', '53300', '57014',
])
/** pg gives these no code. */
const CONNECTION_MESSAGES = [
  'Connection terminated', 'timeout exceeded when trying to connect', 'timeout expired', 'Query read timeout',
  'Client has encountered a connection error', 'Client was closed', 'Cannot use a pool after calling end',
]

const UNIQUE_VIOLATION = '23505'

/**
 * Two transactions met, and running one of them again is the remedy: serialisation failure, deadlock, and a task that
 * was set back to waiting in the moment in which another one came under its dedupe key.
 */
export function isSerialisationFailure(error: unknown): boolean {
  const code = codeOf(error)
  if (code === UNIQUE_VIOLATION) return error instanceof Error && 'constraint' in error && error.constraint === 'task_dedupe'
  return code === '40001' || code === '40P01'
}

/** The error to throw instead; what is not PostgreSQL's stays as it is. */
export function fromPostgres(error: unknown): unknown {
  if (error instanceof RotaError || !(error instanceof Error)) return error
  const code = codeOf(error)
  if (code === '53100') return new RotaError('store/full', 'the disk of the database is full', {}, error)
  if (isSerialisationFailure(error)) {
    return new RotaError('store/conflict', 'other transactions kept changing the same rows', {}, error)
  }
  if (code === UNIQUE_VIOLATION) {
    return new RotaError('store/conflict', `a row with this key exists: ${errorText(error)}`, {}, error)
  }
  if (code.startsWith('28') || code === '3D000') {
    return new RotaError('config/invalid', `DATABASE_URL is refused: ${errorText(error)}`, {}, error)
  }
  if (code.startsWith('08') || CONNECTION_CODES.has(code)
    || CONNECTION_MESSAGES.some(message => error.message.startsWith(message))) {
    return new RotaError('store/unavailable', `PostgreSQL does not answer: ${reason(error)}`, {}, error)
  }
  return error
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
}

/** A host with several addresses fails with an AggregateError that has no text of its own. */
function reason(error: Error): string {
  return error instanceof AggregateError ? error.errors.map(errorText).join(', ') : errorText(error)
}
