/** What no file may hold, whatever its kind: places on one machine, and hosts from which packages are fetched. */
import { lineAt } from './source.ts'
import type { Violation } from './violation.ts'

const MACHINE_PATH = /(?<![\w.~:/)}-])(?:\/(?:home|root|tmp|work|Users|mnt)\/[\w.-]+|[A-Z]:\\\w+)/g
const PACKAGE_HOST = /\bhttps?:\/\/[^\s/"']*(?:registry|npmjs|nexus|artifactory|verdaccio)[^\s"']*/g

export function checkText(path: string, text: string): Violation[] {
  const find = (pattern: RegExp, what: string, fix: string) =>
    Array.from(text.matchAll(pattern), match => ({ path, line: lineAt(text, match.index), what: `${what} ${match[0]}`, fix }))
  return [
    ...find(MACHINE_PATH, 'the path', 'a path relative to the repository, or mkdtemp(join(tmpdir(), …))'),
    ...find(PACKAGE_HOST, 'the package host', 'leave the host to the settings of npm'),
  ]
}
