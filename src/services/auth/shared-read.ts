/**
 * One read for many who ask at the same time. Who asks while a read runs gets the next one, never the running
 * one: every answer was read after its question came, so a change that was committed before the question is
 * always seen. A read that nobody's read stands before waits for the end of the turn: a busy listener has a
 * dozen requests for one turn, and none of them would find the read of another still running.
 */
export function sharedRead<T>(read: () => Promise<T>, endOfTurn: () => Promise<void>): () => Promise<T> {
  let running: Promise<void> | null = null
  let next: Promise<T> | null = null

  const start = (): Promise<T> => {
    next = null
    const reading = read()
    const ended = reading.then(() => {}, () => {}).then(() => { if (running === ended) running = null })
    running = ended
    return reading
  }

  return () => {
    next ??= (running ?? endOfTurn()).then(start)
    return next
  }
}
