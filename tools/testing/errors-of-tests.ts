/**
 * Loaded before a test file. Node's test runner follows every promise, to know which test an error belongs to that nobody
 * handles: two fifths of the time of a file that plays clusters in virtual time (measured). Here it does not. Such an error
 * is given to the test that runs at that moment (of several, to the one that began last), and fails the file when none does.
 */
import hooks, { type HookCallbacks } from 'node:async_hooks'

/** What the runner has for each test, suite and hook of them. */
interface Run extends hooks.AsyncResource { readonly finished: boolean }

const { AsyncResource, createHook, executionAsyncId } = hooks
Object.assign(hooks, {
  // The first who asks is the runner, when the file imports it.
  createHook(callbacks: HookCallbacks) {
    Object.assign(hooks, { createHook })
    const begun: Run[] = []
    for (const event of ['unhandledRejection', 'uncaughtException']) {
      // Before the runner, which looks up whose the present resource is.
      process.on(event, error => {
        console.error(event, error)
        const test = begun.findLast(({ finished }) => !finished)
        if (test) callbacks.init?.(executionAsyncId(), event, test.asyncId(), {})
        else process.exitCode = 1
      })
    }
    const init: HookCallbacks['init'] = (id, type, trigger, resource) => {
      callbacks.init?.(id, type, trigger, resource)
      if (!isTest(resource)) return
      Object.defineProperty(resource, 'runInAsyncScope', {
        value(this: Run, ...call: Parameters<Run['runInAsyncScope']>) {
          begun.push(this)
          return AsyncResource.prototype.runInAsyncScope.apply(this, call)
        },
      })
    }
    return createHook({ ...callbacks, init, trackPromises: false })
  },
})

function isTest(resource: object): resource is Run {
  return resource instanceof AsyncResource && resource.constructor.name === 'Test'
}
