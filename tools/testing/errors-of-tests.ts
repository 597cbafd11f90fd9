/**
 * Loaded before a test file. Node's test runner follows every promise, to know which test an error belongs to that nobody
 * handles: two fifths of the time of a file that plays clusters in virtual time (measured). Here it does not; such an
 * error fails the file instead of the test, and is printed.
 */
import hooks, { type HookCallbacks } from 'node:async_hooks'

const { createHook } = hooks
Object.assign(hooks, {
  // The first who asks is the runner, when the file imports it.
  createHook(callbacks: HookCallbacks) {
    Object.assign(hooks, { createHook })
    for (const event of ['unhandledRejection', 'uncaughtException']) process.on(event, error => { console.error(event, error) })
    return createHook({ ...callbacks, trackPromises: false })
  },
})
