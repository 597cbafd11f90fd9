/** `rota serve`: one node, from its environment to its end. It ends when nothing of it is left, never by exit. */
import { systemClock } from '../base/clock.ts'
import type { Log } from '../base/log.ts'
import { systemRandom } from '../base/random.ts'
import { errorText, RotaError } from '../errors.ts'
import { banner, baseUrl, drawnLogin } from './banner.ts'
import { ADMIN_NAME } from './bootstrap.ts'
import { readEnvironment, type Environment } from './env.ts'
import { openLog } from './log.ts'
import { NodeFile } from './node-file.ts'
import { openStore } from './open-store.ts'
import { Server } from './server.ts'
import { VERSION } from './version.ts'

export async function serve(variables: NodeJS.ProcessEnv): Promise<void> {
  let environment: Environment
  try {
    environment = readEnvironment(variables)
  } catch (error) {
    process.stderr.write(`${errorText(error)}\n`)
    process.exitCode = 2
    return
  }
  outliveOutput()
  const log = await openLog(environment.logLevel, environment.logFormat ?? (process.stdout.isTTY ? 'pretty' : 'json'), process.stdout)
  try {
    await run(environment, log)
  } catch (error) {
    const code = error instanceof RotaError ? error.code : null
    log.error({ code, error: errorText(error) }, 'the node cannot run')
    process.stderr.write(`rota: ${errorText(error)}\n`)
    process.exitCode = code === 'config/invalid' ? 2 : 1
  }
}

async function run(environment: Environment, log: Log): Promise<void> {
  const stopAsked = stopSignals()
  const store = await openStore(environment, systemClock, log)
  const server = new Server({ environment, variables: process.env, store, clock: systemClock, random: systemRandom, log })
  stopAsked.again(() => { server.hurry() })
  const endAsked = Promise.race([
    stopAsked.first.then(() => 'stopping: what runs may finish; a second signal stops at once'),
    server.drainAsked.then(() => 'draining, as an administrator asked: what runs may finish, then the process ends'),
  ])
  let shown = false
  try {
    // A start may wait long, for a former life of this node to expire: who asks it to stop does not wait with it.
    const started = await Promise.race([server.start().then(() => true), endAsked.then(() => false)])
    if (started) shown = await welcome(server, environment, log)
    log.info({}, await endAsked)
  } finally {
    await server.stop()
    if (!shown) process.stdout.write(drawnLogin(server.firstStart))
  }
}

/** Tells people and the command line that the node runs. */
async function welcome(server: Server, environment: Environment, log: Log): Promise<true> {
  const identity = { pid: process.pid, hostname: environment.hostname, user: ADMIN_NAME, token: server.localToken }
  const file = new NodeFile(environment.dataDir, identity, log)
  server.onListeners(() => { void file.follow(baseUrl(server.listeners)) })
  await file.follow(baseUrl(server.listeners))
  process.stdout.write(banner(VERSION, baseUrl(server.listeners), server.firstStart))
  return true
}

/** Mail is not refused because nobody reads the log any more, or because the disk under it is full. */
function outliveOutput(): void {
  process.stdout.once('error', error => { process.stderr.write(`rota: the log can no longer be written: ${errorText(error)}\n`) })
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)
}

/** The first SIGTERM or SIGINT resolves `first`; each further one calls what `again` was given. */
function stopSignals(): { first: Promise<void>; again(call: () => void): void } {
  const { promise, resolve } = Promise.withResolvers<void>()
  let asked = false
  let hurry: () => void = () => {}
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (asked) hurry()
      asked = true
      resolve()
    })
  }
  return { first: promise, again: call => { hurry = call } }
}
