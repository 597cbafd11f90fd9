/**
 * Every error as exit code, message and what to do about it: the one place where the command line maps them.
 */
import { ConnectionFailed, HttpFailed, ListUnsteady, MethodFailed, ReplyMalformed } from '../jmap-client/errors.ts'
import type { ExitCode } from './failure.ts'
import { CommandFailure, EXIT } from './failure.ts'

export interface Explanation {
  /** One word for programs: the server's own where it gave one. */
  readonly type: string
  readonly exitCode: ExitCode
  readonly message: string
  readonly hint: string | null
}

/** `remark` is what the connection knows of why nothing may answer. Null: no error of ours, a bug. */
export function explain(error: unknown, remark: string | null): Explanation | null {
  if (error instanceof CommandFailure) return error
  if (error instanceof ConnectionFailed) {
    return { type: 'connection', exitCode: EXIT.connection, message: error.message, hint: remark }
  }
  if (error instanceof HttpFailed) return explainStatus(error)
  if (error instanceof MethodFailed) return refused(error.type, error.message, methodHint(error))
  if (error instanceof ReplyMalformed) return refused('badReply', error.message, null)
  if (error instanceof ListUnsteady) return refused('unsteady', error.message, 'narrow it with --where, or take fewer with --limit')
  // The operating system said no: a full disk behind standard output, for one.
  return error instanceof Error && 'syscall' in error ? refused('system', error.message, null) : null
}

function explainStatus({ status, message, url }: HttpFailed): Explanation {
  switch (status) {
    case 401:
      return { type: 'login', exitCode: EXIT.login, message: `login failed (${message})`, hint: 'check user, password or token' }
    case 403: return refused('forbidden', `not allowed (${message})`, 'ask for the permission')
    case 404: return refused('http', `${url}: ${message}`, 'is this the address of the management API?')
    case 429: return refused('rateLimit', `too many requests (${message})`, 'wait, then try again')
    default: return refused('http', `${url}: ${message}`, null)
  }
}

function refused(type: string, message: string, hint: string | null): Explanation {
  return { type, exitCode: EXIT.refused, message, hint }
}

function methodHint(error: MethodFailed): string | null {
  if (error.type === 'forbidden') return 'the login lacks the permission for it'
  if (error.type === 'unsupportedFilter') return 'this field cannot be filtered on; `rota describe` shows which can'
  return null
}
