/** The browser's clock and chance as the ports that the rest of the console takes; no other file touches timers. */
import type { Clock } from '../../../src/base/clock.ts'
import type { CryptoSource } from './pkce.ts'
import { ServerClock } from './server-clock.ts'

export const browserClock: Clock = {
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
  after(delayMs, fire) {
    const timer = setTimeout(fire, Math.min(Math.max(delayMs, 0), 2_147_483_647))
    return () => { clearTimeout(timer) }
  },
  breathe: () => new Promise(resolve => { setTimeout(resolve, 0) }),
}

/** Of the node that answered last. */
export const serverClock = new ServerClock(browserClock)

export const browserCrypto: CryptoSource = {
  getRandomValues: bytes => crypto.getRandomValues(bytes),
  // The type says that it is always there; without a secure context it is not.
  subtle: (crypto as { readonly subtle?: SubtleCrypto }).subtle,
}

/** From 0 up to 1, without 1. */
export function browserRandom(): number {
  const [value = 0] = crypto.getRandomValues(new Uint32Array(1))
  return value / 2 ** 32
}
