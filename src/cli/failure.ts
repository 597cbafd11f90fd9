/**
 * Exit codes, and the errors of the command line itself.
 *
 * | code | meaning |
 * |---|---|
 * | 0 | done |
 * | 1 | refused by the server, wholly or in part |
 * | 2 | the command line is wrong; nothing was sent |
 * | 3 | no connection, or no answer in time |
 * | 4 | not logged in: no login, or a wrong one |
 * | 5 | not found: every failure was an id that does not exist |
 */
export const EXIT = { ok: 0, refused: 1, usage: 2, connection: 3, login: 4, notFound: 5 } as const
export type ExitCode = typeof EXIT[keyof typeof EXIT]

/** What programs read in an error, where the server does not name a type of its own. */
const TYPES: Readonly<Record<ExitCode, string>> = {
  0: 'none', 1: 'refused', 2: 'usage', 3: 'connection', 4: 'login', 5: 'notFound',
}

/** An error with its message for people; `hint` says what to do about it, `type` is for programs. */
export class CommandFailure extends Error {
  override readonly name = 'CommandFailure'
  readonly exitCode: ExitCode
  readonly hint: string | null
  readonly type: string
  constructor(exitCode: ExitCode, message: string, hint: string | null = null, type = TYPES[exitCode]) {
    super(message)
    this.exitCode = exitCode
    this.hint = hint
    this.type = type
  }
}

export function usage(message: string, hint: string | null = null): CommandFailure {
  return new CommandFailure(EXIT.usage, message, hint)
}
