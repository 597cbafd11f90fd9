/**
 * The HTTP handler on a free port of this machine, with the real JMAP endpoint, logins and memory store
 * behind it.
 */
import { gzipSync } from 'node:zlib'
import { idSource } from '../../src/base/ids.ts'
import type { Id } from '../../src/base/ids.ts'
import type { Log } from '../../src/base/log.ts'
import { JmapEndpoint } from '../../src/jmap/endpoint.ts'
import { coreEcho } from '../../src/jmap/methods/core-echo.ts'
import { REGISTRY_CAPABILITY } from '../../src/jmap/session.ts'
import type { ConsoleFiles } from '../../src/listeners/http/console/console-files.ts'
import { createHttpHandler } from '../../src/listeners/http/http-handler.ts'
import type { HttpHandler } from '../../src/listeners/http/http-handler.ts'
import type { Download } from '../../src/listeners/http/download-route.ts'
import type { UploadService } from '../../src/listeners/http/upload-route.ts'
import type { LiveService } from '../../src/listeners/http/live/live-route.ts'
import type { JmapService } from '../../src/listeners/http/jmap-routes.ts'
import type { Method } from '../../src/registry/method.ts'
import { ChallengeAnswers } from '../../src/services/acme/challenge-answers.ts'
import { Auth } from '../../src/services/auth/auth.ts'
import { OAuth } from '../../src/services/auth/oauth/oauth.ts'
import { Directory } from '../../src/services/directory/directory.ts'
import { LiveChanges } from '../../src/services/live/live-changes.ts'
import { listenHttp } from './http-listener.ts'
import type { HttpListener } from './http-listener.ts'
import { openPeople, passwords } from './people.ts'
import type { People } from './people.ts'
import { RawHttp } from './raw-http.ts'

export const BASIC = `Basic ${Buffer.from('jane:pä:ssword').toString('base64')}`
const JSON_TEXT = JSON.stringify({ objects: {} })
const LIVE = new Map([['Task', 'sysTaskGet'], ['Account', 'sysAccountGet'], ['Domain', 'sysDomainGet']])
export const SCHEMA = { json: JSON_TEXT, gzip: gzipSync(JSON_TEXT), hash: 'hash-of-the-schema' }

export interface HttpWorldOptions {
  readonly methods?: Readonly<Record<string, Method>>
  readonly download?: Download
  /** Left out: it is not built. */
  readonly console?: ConsoleFiles
  /** In place of Task and ApiKey, and the clock of `people`. */
  readonly live?: Partial<LiveService>
  /** In place of one that takes everything and keeps nothing. */
  readonly uploads?: Partial<UploadService>
  /** In place of the limits of the real endpoint. */
  readonly jmap?: Partial<Pick<JmapService, 'requestsPerAccountMax' | 'requestBytesMax'>>
}

export interface LogLine { readonly level: string; readonly fields: object; readonly message: string }

export interface HttpWorld {
  readonly people: People
  /** Jane's account. */
  readonly accountId: Id
  readonly url: string
  readonly http: HttpHandler
  readonly live: LiveService
  readonly listener: HttpListener
  readonly lines: readonly LogLine[]
  /** Resolves when a line with that message is or was written. */
  logged(message: string): Promise<LogLine>
  open(): Promise<RawHttp>
  /** POST of method calls, as Jane. */
  jmap(methodCalls: unknown, path?: string): Promise<Response>
}

export async function withHttp(
  work: (world: HttpWorld) => Promise<void>, options: HttpWorldOptions = {},
): Promise<void> {
  const people = await openPeople()
  const domainId = await people.domain('example.org')
  const credentials = passwords('pä:ssword')
  const accountId = await people.account(domainId, ['jane@example.org'], { credentials })
  const { log, lines, logged } = recordingLog()
  const passwordsAndKeys = new Auth({
    store: people.store, directory: new Directory(people.store), clock: people.clock, log,
    permissionsOf: () => new Set(['sysTaskGet', 'sysAccountGet']),
  })
  const ids = idSource(1, people.clock)
  const auth = new OAuth({ store: people.store, auth: passwordsAndKeys, ids, clock: people.clock, log })
  const methods = new Map([['Core/echo', coreEcho], ...Object.entries(options.methods ?? {})])
  const endpoint = new JmapEndpoint({ methods, capabilities: [REGISTRY_CAPABILITY], log, ids, clock: people.clock })
  const jmap = Object.assign(endpoint, options.jmap)
  const download: Download = options.download ?? (() => Promise.resolve(null))
  const uploads: UploadService = {
    octetsMax: 1_000, atOnceMax: 4, mayUpload: () => 'yes', checkRoom: () => Promise.resolve(), store: () => Promise.resolve('blob'), ...options.uploads,
  }
  const live = { changes: new LiveChanges(ids.next(), people.clock), objects: LIVE, clock: people.clock, ...options.live }
  const http = await createHttpHandler({ auth, oauth: auth, jmap, schema: SCHEMA, download, uploads, console: options.console ?? null, live, challenge: token => new ChallengeAnswers(people.store).overHttp(token), log, ids })

  const listener = await listenHttp(http)
  const { url, port } = listener
  const world: HttpWorld = {
    people, accountId, url, http, live, listener, lines, logged,
    open: () => RawHttp.open(port),
    jmap: (methodCalls, path = '/jmap') => fetch(url + path, {
      method: 'POST', headers: { authorization: BASIC, 'content-type': 'application/json' },
      body: JSON.stringify({ using: [], methodCalls }),
    }),
  }
  try {
    await work(world)
  } finally {
    await listener.close()
    live.changes.stop()
    await people.store.close()
  }
}

function recordingLog() {
  const lines: LogLine[] = []
  const waiting: { readonly message: string; readonly resolve: (line: LogLine) => void }[] = []
  const note = (level: string) => (fields: object, message: string) => {
    const line = { level, fields, message }
    lines.push(line)
    for (const each of waiting) if (each.message === message) each.resolve(line)
  }
  const log: Log = { debug: note('debug'), info: note('info'), warn: note('warn'), error: note('error') }
  const logged = (message: string) => new Promise<LogLine>(resolve => {
    const written = lines.find(line => line.message === message)
    if (written) resolve(written)
    else waiting.push({ message, resolve })
  })
  return { log, lines, logged }
}
