/** Core/echo (RFC 8620 §4): the arguments come back, for testing a connection. */
import type { Method } from '../../registry/method.ts'

export const coreEcho: Method = args => Promise.resolve(args)
