/**
 * HTTP: the session, JMAP, the schema, uploads, downloads, the login of web consoles and our own console. This is a request handler and no
 * server: the listener manager accepts connections, ends TLS, bounds headers and slow clients
 * (`listeners/http-server.ts`), and hands requests here.
 *
 * Every route asks who is calling before it does anything else; only `/jmap/session` answers strangers, with an
 * empty session, and so do the files of the console, what leads to a login, and what certificate authorities look for. The remote address is that of the socket, whatever headers
 * say. Replies are never compressed but for the schema, whose clients know gzip, and the
 * console. Everything that is refused is
 * `application/problem+json`, but for pages, and for tokens, whose errors are those of RFC 6749:
 *
 * | what | answer |
 * |---|---|
 * | no or wrong credentials | 401 with WWW-Authenticate; scripts in a browser are not offered Basic |
 * | too many failed logins, or too many at once | 429 with Retry-After |
 * | JMAP envelope: malformed, too large, too many at once | 400 with the problem type of RFC 8620 §3.6.1 |
 * | unknown path, unknown blob, account of somebody else | 404 |
 * | an upload that is too large; too many of them, or too much in an hour | 413; 429 with Retry-After |
 * | a URL or header that cannot be parsed | 400 |
 * | store away or full, or too many bytes of bodies in memory | 503 with Retry-After |
 * | an error of ours | 500 with a reference; the log has the detail under it |
 * | after `close` | 503 with Connection: close |
 *
 * A body that is too large is not kept: see `body.ts`. A client that goes away in the middle is no error of
 * anybody.
 */
import { createServer } from 'node:http'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import Fastify from 'fastify'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { IdSource } from '../../base/ids.ts'
import type { Log } from '../../base/log.ts'
import { errorText } from '../../errors.ts'
import type { SchemaDocument } from '../../registry/schema/document.ts'
import { acmeRoute } from './acme-route.ts'
import type { AnswerChallenge } from './acme-route.ts'
import { apiRoutes } from './api-routes.ts'
import type { Authenticator } from './authorization.ts'
import { challenges } from './authorization.ts'
import type { ConsoleFiles } from './console/console-files.ts'
import { consoleRoutes } from './console/console-routes.ts'
import { downloadRoute } from './download-route.ts'
import type { Download } from './download-route.ts'
import { jmapRoutes } from './jmap-routes.ts'
import type { JmapService } from './jmap-routes.ts'
import { sendJson } from './json-reply.ts'
import { liveRoute } from './live/live-route.ts'
import type { LiveService } from './live/live-route.ts'
import { loginRoutes } from './login-routes.ts'
import type { LoginService } from './login-routes.ts'
import { oauthRoutes } from './oauth-routes.ts'
import type { TokenService } from './oauth-routes.ts'
import { HttpProblem, PROBLEM_TYPE, knownProblem, plainProblem, problemText } from './problem.ts'
import { SmallBodies } from './small-body.ts'
import { uploadRoute } from './upload-route.ts'
import type { UploadService } from './upload-route.ts'

export interface HttpDeps {
  readonly auth: Authenticator
  readonly oauth: LoginService & TokenService
  readonly jmap: JmapService
  readonly schema: SchemaDocument
  readonly download: Download
  readonly uploads: UploadService
  /** Null: the web console is not built. */
  readonly console: ConsoleFiles | null
  readonly live: LiveService
  readonly challenge: AnswerChallenge
  readonly log: Log
  /** Makes the reference that leads from a 500 to the log. */
  readonly ids: IdSource
}

export interface HttpHandler {
  /** For `request` events of any HTTP server. */
  readonly handler: RequestListener
  /** New requests are refused; resolves when those in flight have been answered. */
  close(): Promise<void>
}

/** Of a path parameter: names of downloads are the longest. */
const PARAMETER_LENGTH_MAX = 1_000

/** Who asks what: a second one could be read by a proxy in front, and the first one here (RFC 9112 §3.2, RFC 9110 §5.3). */
const SINGLE = new Map([['host', 'Host'], ['authorization', 'Authorization']])
const METHODS = ['GET', 'HEAD', 'POST'] as const

const HEADERS = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'; sandbox",
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
}

/** No route has a schema: what is checked, the routes check. Without this a hundred modules of a validator are loaded at each start. */
const NO_SCHEMAS = {
  buildValidator: () => () => () => { throw new Error('a route has a schema, and nothing reads it') },
  buildSerializer: () => () => () => { throw new Error('a route has a schema, and nothing reads it') },
}

export async function createHttpHandler(deps: HttpDeps): Promise<HttpHandler> {
  const { auth, oauth, jmap, schema, download, uploads, console, live, challenge, log } = deps
  const refuse = async (error: unknown, request: FastifyRequest, reply: FastifyReply) => {
    await sendProblem(error, request, reply, deps)
  }
  const app = Fastify({
    serverFactory: handler => createServer(handler),
    routerOptions: { maxParamLength: PARAMETER_LENGTH_MAX },
    schemaController: { compilersFactory: NO_SCHEMAS },
    frameworkErrors: (error, request, reply) => { void refuse(error, request, reply) },
  })
  const routes: Route[] = []
  app.addHook('onRoute', ({ method, url }) => {
    for (const each of [method].flat()) routes.push({ method: each, parts: url.split('/') })
  })
  // Bodies are read by the route that wants one, after it knows who sends it.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, _payload, done) => { done(null) })
  app.addHook('onRequest', ({ raw }, reply, done) => {
    reply.headers(HEADERS)
    const twice = sentTwice(raw)
    done(twice === null ? undefined : new HttpProblem(plainProblem(400, `${twice} was sent more than once; send it once.`)))
  })
  app.addHook('onResponse', ({ raw }, reply, done) => {
    const { elapsedTime: ms, statusCode: status } = reply
    const remote = raw.socket.remoteAddress
    log.debug({ method: raw.method, path: pathOf(raw), status, ms, remote }, 'request')
    done()
  })
  app.setErrorHandler(refuse)
  app.setNotFoundHandler(({ raw }, reply) => {
    const asked = pathOf(raw).split('/')
    const allowed = METHODS.filter(method => routes.some(route => route.method === method && fits(route.parts, asked)))
    if (allowed.length === 0) throw new HttpProblem(plainProblem(404, 'There is nothing here.'))
    reply.header('Allow', allowed.join(', '))
    throw new HttpProblem(plainProblem(405, `This takes ${allowed.join(' or ')}.`))
  })
  jmapRoutes(app, auth, jmap)
  apiRoutes(app, auth, schema)
  downloadRoute(app, auth, download)
  uploadRoute(app, auth, uploads)
  const bodies = new SmallBodies()
  oauthRoutes(app, oauth, bodies)
  loginRoutes(app, oauth, bodies)
  liveRoute(app, auth, live, log)
  acmeRoute(app, challenge)
  consoleRoutes(app, console)
  await app.ready()
  return closable(app.routing.bind(app), () => app.close())
}

async function sendProblem(
  error: unknown, request: FastifyRequest, reply: FastifyReply, { log, ids }: HttpDeps,
): Promise<void> {
  const { raw } = request
  if (raw.destroyed && !raw.complete) {
    log.debug({ error: errorText(error) }, 'the client went away in the middle of a request')
    reply.hijack()
    return
  }
  const known = knownProblem(error)
  const reference = known === null ? ids.next() : null
  if (known === null) {
    const stack = error instanceof Error ? error.stack : undefined
    const fields = { reference, method: raw.method, path: pathOf(raw), error: errorText(error), stack }
    log.error(fields, 'request failed')
  }
  const detail = `Something went wrong here. The log of this node has the details under ${reference}.`
  const problem = known?.problem ?? plainProblem(500, detail)
  const retryAfterMs = known?.retryAfterMs ?? null
  if (problem.status === 401) reply.header('WWW-Authenticate', challenges(raw))
  if (retryAfterMs !== null) reply.header('Retry-After', Math.ceil(retryAfterMs / 1_000))
  if (!raw.complete && !hasShortBody(raw)) reply.header('Connection', 'close')
  await sendJson(reply.code(problem.status).headers(HEADERS), problemText(problem), PROBLEM_TYPE)
}

/** Node reads on and throws away what is left of a body; one without an end is not waited for. */
function hasShortBody({ headers }: IncomingMessage): boolean {
  if (headers['transfer-encoding'] !== undefined) return false
  return Number(headers['content-length'] ?? 0) <= UNREAD_BYTES_MAX
}
const UNREAD_BYTES_MAX = 20_000_000

/** Node keeps the first of two without a word. */
function sentTwice({ rawHeaders }: IncomingMessage): string | null {
  const seen = new Set<string>()
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = SINGLE.get((rawHeaders[at] ?? '').toLowerCase())
    if (name === undefined) continue
    if (seen.has(name)) return name
    seen.add(name)
  }
  return null
}

/** The parts of its path; one that begins with a colon stands for any, and a star at the end for all that follow. */
interface Route { readonly method: string; readonly parts: readonly string[] }
function fits(parts: readonly string[], asked: readonly string[]): boolean {
  const fixed = parts.at(-1) === '*' ? parts.slice(0, -1) : parts
  if (fixed === parts ? parts.length !== asked.length : parts.length > asked.length) return false
  return fixed.every((part, at) => part === asked[at] || (part.startsWith(':') && asked[at] !== ''))
}

/** Without the query, which clients may put secrets into. */
function pathOf({ url = '' }: IncomingMessage): string {
  return url.split('?', 1)[0] ?? ''
}

function closable(handle: RequestListener, closeApp: () => Promise<void>): HttpHandler {
  const running = new Set<ServerResponse>()
  const idle = Promise.withResolvers<void>()
  let closing = false
  const handler: RequestListener = (request, response) => {
    if (closing) {
      refuseClosing(response)
      return
    }
    running.add(response)
    response.on('close', () => {
      running.delete(response)
      if (closing && running.size === 0) idle.resolve()
    })
    handle(request, response)
  }
  return {
    handler,
    async close() {
      closing = true
      for (const response of running) if (!response.headersSent) response.setHeader('Connection', 'close')
      if (running.size === 0) idle.resolve()
      await idle.promise
      await closeApp()
    },
  }
}

function refuseClosing(response: ServerResponse): void {
  const text = problemText(plainProblem(503, 'This node is stopping; another one takes the request.'))
  const connection = { 'Retry-After': '1', Connection: 'close' }
  response.writeHead(503, { ...HEADERS, 'Content-Type': PROBLEM_TYPE, ...connection }).end(text)
}
