/** Which packages may be imported, and from where: each has one home, so that it can be replaced in one place. */
import { isBuiltin } from 'node:module'
import type { Import } from './imports.ts'
import type { Violation } from './violation.ts'

export interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
}
/** The console is a workspace of its own: what a node runs is not its, and the other way round. */
export interface Manifests { readonly root: Manifest; readonly console: Manifest }
export const CONSOLE = 'webui'

/** A dependency that is missing here is refused. An empty list: nothing imports it, the reason stands beside it. */
export const HOMES: Readonly<Record<string, readonly string[]>> = {
  '@axe-core/playwright': ['test/support'],
  '@base-ui/react': ['webui/src'],
  '@tanstack/react-query': ['webui/src'],
  '@tanstack/react-router': ['webui/src'],
  '@tanstack/react-table': ['webui/src'],
  '@tanstack/react-virtual': ['webui/src'],
  'cli-table3': ['src/cli'],
  commander: ['src/cli'],
  croner: ['src/engine/queue'],
  eld: ['src/services/search'],
  fastify: ['src/listeners/http'],
  'html-to-text': ['src/services/search'],
  kysely: ['src/store'],
  'lucide-react': ['webui/src'],
  node: [], // The program that runs everything else.
  'node:sqlite': ['src/store/sqlite'],
  pg: ['src/store/postgres'],
  pino: ['src/server'],
  'pino-pretty': ['src/server'],
  'playwright-core': ['test', 'bench/console'],
  'postal-mime': ['src/services'],
  react: ['webui/src'],
  'react-dom': ['webui/src'],
  'smol-toml': ['src/legacy'],
  'smtp-server': ['src/listeners/mail'],
  'snowball-stemmers': ['src/services/search'],
  uplot: ['webui/src'],
}
const TEST_FOLDERS = ['test/', 'tools/', 'bench/']
const TEST = /\.test\.tsx?$/

export function checkPackages(imports: readonly Import[], manifests: Manifests): Violation[] {
  const found: Violation[] = []
  const used = new Set<string>()
  for (const { from, line, specifier, target } of imports) {
    const name = packageName(specifier)
    if (target !== null || (isBuiltin(specifier) && HOMES[name] === undefined)) continue
    used.add(name)
    const ofConsole = from.startsWith(`${CONSOLE}/`)
    const { dependencies = {}, devDependencies = {} } = ofConsole ? manifests.console : manifests.root
    const forTests = TEST.test(from) || (ofConsole ? !from.startsWith(`${CONSOLE}/src/`) : TEST_FOLDERS.some(folder => from.startsWith(folder)))
    const isListed = isBuiltin(specifier) || name in dependencies || (forTests && name in devDependencies)
    const homes = HOMES[name] ?? []
    const isFree = forTests && (homes.length === 0 || !(name in devDependencies))
    if (!isListed) {
      const where = name in devDependencies ? 'only a development dependency' : `not in ${ofConsole ? `${CONSOLE}/` : ''}package.json`
      found.push({ path: from, line, what: `imports ${name}, which is ${where}`, fix: 'list it under dependencies, with a line in its ADR' })
    } else if (!isFree && !homes.some(home => from.startsWith(`${home}/`))) {
      found.push({ path: from, line, what: `imports ${name}`, fix: `only ${homes.join(', ')} may; use what that folder exports` })
    }
  }
  for (const [path, { dependencies = {} }] of [['package.json', manifests.root], [`${CONSOLE}/package.json`, manifests.console]] as const) {
    for (const name of Object.keys(dependencies)) {
      if (HOMES[name] === undefined) found.push({ path, line: 0, what: `${name} has no home`, fix: 'add it to HOMES in tools/tidy/packages.ts' })
      else if (HOMES[name].length > 0 && !used.has(name)) found.push({ path, line: 0, what: `nothing imports ${name}`, fix: 'remove it' })
    }
  }
  return found
}

interface Lock { readonly packages: Readonly<Record<string, { readonly optionalDependencies?: Readonly<Record<string, string>> }>> }

/** `npm ci` refuses a lock file that leaves out the optional packages of another platform. */
export function checkLock(lock: Lock): Violation[] {
  return Object.entries(lock.packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies)
      .filter(name => !(`node_modules/${name}` in lock.packages) && !(`${path}/node_modules/${name}` in lock.packages))
      .map(name => ({ path: 'package-lock.json', line: 0, what: `has no entry for ${name}`, fix: 'write it as its neighbours are' })))
}

function packageName(specifier: string): string {
  return specifier.split('/').slice(0, specifier.startsWith('@') ? 2 : 1).join('/')
}
