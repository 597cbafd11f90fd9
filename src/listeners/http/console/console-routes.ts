/**
 * The web console: one page at every address of it, and the files that the page names. Nobody needs a login for these; what
 * they show they ask of the API, with the token of whoever looks.
 *
 * | path | answer |
 * |---|---|
 * | `/`, `/manage…`, `/settings…`, `/oauth/callback` | the page; asked again each time, 304 while it is the same |
 * | `/assets/…` | the file, kept by the browser for a year: its name is made of its content |
 * | another file of the build, such as `/favicon.svg` | the file, asked again like the page |
 * | a file that there is not | 404, never the page: a script that is really a page hides what is wrong |
 * | anything, while nothing is built | 503 and a page that says how to build it |
 *
 * 503, because the address is right and there is nothing to see yet. Old pages in a browser that ask for files of an
 * older build get 404 and load the page anew.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { takesCoding } from '../content-coding.ts'
import { page, text } from '../login-page.ts'
import { HttpProblem, plainProblem } from '../problem.ts'
import type { Coding, ConsoleFile, ConsoleFiles } from './console-files.ts'

const PAGES = ['/', '/manage', '/manage/*', '/settings', '/settings/*', '/oauth/callback']
const CODINGS: readonly Coding[] = ['br', 'gzip']
const YEAR = 'public, max-age=31536000, immutable'

/**
 * Scripts and styles come from files of this origin and from nowhere else. Attributes with styles are what positions pop-ups.
 * No policy of Trusted Types may be made, so no text ever becomes markup or code: nothing in the console needs to.
 */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "style-src-attr 'unsafe-inline'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ')
const PAGE_HEADERS = {
  'Content-Security-Policy': POLICY,
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Permissions-Policy': ['accelerometer', 'camera', 'display-capture', 'geolocation', 'gyroscope', 'microphone', 'payment', 'usb']
    .map(feature => `${feature}=()`).join(', '),
}

/** Null: nothing is built. */
export function consoleRoutes(app: FastifyInstance, files: ConsoleFiles | null): void {
  for (const path of PAGES) {
    app.get(path, async (request, reply) => {
      if (files === null) return sendNotBuilt(reply)
      return send(files.index, request, reply.headers(PAGE_HEADERS))
    })
  }
  for (const [path, file] of files?.others ?? []) app.get(path, async (request, reply) => send(file, request, reply))
  app.get('/assets/*', () => { throw new HttpProblem(plainProblem(404, 'This is no file of the web console; load its page again.')) })
}

async function send(file: ConsoleFile, { raw: { headers } }: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  reply.header('Cache-Control', file.isHashed ? YEAR : 'no-cache').header('ETag', file.etag).header('Vary', 'Accept-Encoding')
  if (isKnown(headers['if-none-match'], file.etag)) return reply.code(304).send()
  for (const coding of CODINGS) {
    const coded = takesCoding(headers['accept-encoding'], coding) ? await file.coded(coding) : null
    if (coded !== null) return reply.type(file.type).header('Content-Encoding', coding).send(coded)
  }
  return reply.type(file.type).send(file.bytes)
}

/** RFC 9110 §13.1.2: the comparison is the weak one. */
function isKnown(header: string | undefined, etag: string): boolean {
  const bare = (tag: string) => tag.trim().replace(/^W\//, '')
  return header?.split(',').some(tag => tag.trim() === '*' || bare(tag) === bare(etag)) ?? false
}

function sendNotBuilt(reply: FastifyReply): FastifyReply {
  const { html, policy } = page(NOT_BUILT.title, `
<h1>${text(NOT_BUILT.title)}</h1>
<p>${text(NOT_BUILT.what)}</p>
<p><code>${text(NOT_BUILT.command)}</code></p>
<p>${text(NOT_BUILT.meanwhile)}</p>`)
  return reply.code(503).type('text/html; charset=utf-8').header('Content-Security-Policy', policy).send(html)
}

const NOT_BUILT = {
  title: 'The web console is not built yet',
  what: 'This node runs, but it was started without the files of its console. Build them in the folder that Rota was started from, then start the node again:',
  command: 'npm run build',
  meanwhile: 'Everything else works meanwhile, the command line too.',
} as const
