/**
 * One read for many who ask at the same time. Who asks while a read runs gets the next one, never the running
 * one: every answer was read after its question came, so a change that was committed before the question is
 * always seen.
 */
export function sharedRead<T>(read: () => Promise<T>): () => Promise<T> {
  let running: Promise<void> | null = null
  let next: Promise<T> | null = null

  const start = (): Promise<T> => {
    const reading = read()
    const ended = reading.then(() => {}, () => {}).then(() => { if (running === ended) running = null })
    running = ended
    return reading
  }

  return () => {
    if (next) return next
    if (!running) return start()
    next = running.then(() => {
      next = null
      return start()
    })
    return next
  }
}
