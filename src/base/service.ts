/**
 * Everything that runs has one life cycle. `start` resolves when the service works; `stop` resolves when nothing of it
 * is left (no timer, socket or promise) and may be called twice.
 */
export interface Service {
  start(): Promise<void>
  stop(): Promise<void>
}
