/** Calls and words that are not written here, and what to write instead. */
import { lineAt, type Source } from './source.ts'
import type { Violation } from './violation.ts'

interface Ban {
  readonly what: string
  readonly pattern: RegExp
  readonly fix: string
  /** Part of the file that is looked at; `bare` when left out. */
  readonly view?: 'text' | 'code' | 'comments'
  /** Files to which the ban applies; `ours` when left out. */
  readonly files?: RegExp
  readonly except?: RegExp
}

const OURS = /^(src|test|webui\/src)\/.*\.tsx?$/
const ALL_CODE = /\.(tsx?|js|mjs)$/
const TESTS = /\.test\.ts$|^test\/(?!support\/)/
/** Tests that talk to real processes and sockets look at the real clock. */
const REAL = /^test\/(support|scenario|conformance)\//
const CLOCKS = /^src\/base\/(clock|virtual-clock)\.ts$|^webui\/src\/api\/browser\.ts$/
const CONSOLE = /^webui\/src\//

export const BANS: readonly Ban[] = [
  { what: 'Date.now()', pattern: /\bDate\.now\b/g, fix: 'take a Clock and call now()', except: either(CLOCKS, REAL) },
  { what: 'new Date() without a time', pattern: /\bnew Date\b(\s*\(\s*\)|(?!\s*\())/g, fix: 'take a Clock: new Date(clock.now())' },
  {
    what: 'a timer', pattern: /(?<![.\w#])(setTimeout|setInterval)\s*\(|'(node:)?timers(\/promises)?'/g, view: 'code',
    fix: 'clock.after(ms, fire), or pause(clock, ms, signal)', except: CLOCKS,
  },
  { what: 'Math.random()', pattern: /\bMath\.random\b/g, fix: 'take a Random and call next()', except: /^src\/base\/random\.ts$/ },
  { what: 'a random id', pattern: /\brandomUUID\w*\b/g, fix: 'take an IdSource and call next()', files: /^src\/(?!base\/ids\.ts$)/ },
  {
    what: 'process.exit()', pattern: /\bprocess\.(exit|abort|reallyExit)\b(?!Code)/g, files: /\.(ts|js)$/,
    fix: 'set process.exitCode and stop what still runs',
  },
  {
    what: 'console', pattern: /(?<![.\w])console\s*\./g, fix: 'take a Log, or t.diagnostic() in a test',
    except: /^src\/cli\//,
  },
  {
    what: 'process.env', pattern: /\bprocess\.env\b/g, fix: 'read it in src/server/env.ts or src/cli and hand the value in',
    except: either(/^src\/(server|cli)\/|^src\/main\.ts$|^test\/(runner|install)\.test\.ts$/, REAL),
  },
  { what: '`as any`', pattern: /\bas\s+any\b/g, fix: 'unknown, and a check', files: ALL_CODE },
  {
    what: 'a silenced compiler', pattern: /@ts-(ignore|nocheck|expect-error)/g, view: 'comments', files: ALL_CODE,
    fix: 'say what the type is',
  },
  { what: 'a mark for later', pattern: /\b(TODO|FIXME|XXX|HACK)\b/g, view: 'text', files: ALL_CODE, fix: 'do it, or open an issue' },
  { what: 'a test that runs alone', pattern: /\b(describe|it|test|suite)\.only\b|\bonly:\s*true/g, fix: 'remove it' },
  {
    what: 'a test that sleeps', pattern: /\bpause\(systemClock|\bsystemClock\.after\b|\b(sleep|delay)\s*\(/g, files: TESTS,
    fix: 'wait for the event, or move a VirtualClock',
  },
  {
    what: 'markup from text', pattern: /\b(dangerouslySetInnerHTML|innerHTML|outerHTML|insertAdjacentHTML|srcDoc|document\.write)\b/g, files: CONSOLE,
    fix: 'elements: the policy of the console lets no text become markup',
  },
  {
    what: 'a format of dates of its own', pattern: /\bIntl\.DateTimeFormat\b/g, files: CONSOLE, except: /^webui\/src\/parts\/moment\.ts$/,
    fix: 'dateText of parts/moment.ts: every page writes times alike',
  },
  { what: 'code from text', pattern: /(?<![.\w])eval\s*\(|\bnew Function\b/g, fix: 'a function', files: ALL_CODE },
]
/** The rules themselves, and the tests that plant what is banned. */
const RULES = /^tools\/tidy\/|^test\/tidy(\.test\.ts$|\/)/

export function checkBans(source: Source): Violation[] {
  if (RULES.test(source.path)) return []
  return BANS.filter(ban => (ban.files ?? OURS).test(source.path) && ban.except?.test(source.path) !== true).flatMap(ban =>
    Array.from(source[ban.view ?? 'bare'].matchAll(ban.pattern), match =>
      ({ path: source.path, line: lineAt(source.text, match.index), what: ban.what, fix: ban.fix })))
}

function either(one: RegExp, other: RegExp): RegExp {
  return new RegExp(`${one.source}|${other.source}`)
}
