/** Programmer errors: an assertion that fails is a bug in Rota, never something that a client did. */

export class AssertionFailure extends Error {
  override readonly name = 'AssertionFailure'
}

export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new AssertionFailure(message)
}

/** Closes a switch over a union: the compiler complains when a case is missing. */
export function assertNever(value: never): never {
  throw new AssertionFailure(`unexpected value ${JSON.stringify(value)}`)
}
