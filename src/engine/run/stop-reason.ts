/** Why a signal of ours was aborted. It travels as `signal.reason`, so that a variant may log it. */
export type StopKind = 'timeout' | 'cancelled' | 'untrusted' | 'handover'

export class StopReason extends Error {
  override readonly name = 'StopReason'
  readonly kind: StopKind
  constructor(kind: StopKind, message: string) {
    super(message)
    this.kind = kind
  }
}

export function stopKind(signal: AbortSignal): StopKind | null {
  if (!signal.aborted) return null
  return signal.reason instanceof StopReason ? signal.reason.kind : 'handover'
}
