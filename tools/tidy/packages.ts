/** Which packages may be imported, and from where: each has one home, so that it can be replaced in one place. */
import { isBuiltin } from 'node:module'
import type { Import } from './imports.ts'
import type { Violation } from './violation.ts'

export interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>
  readonly devDependencies: Readonly<Record<string, string>>
}

/** A dependency that is missing here is refused. An empty list: nothing imports it, the reason stands beside it. */
export const HOMES: Readonly<Record<string, readonly string[]>> = {
  'cli-table3': ['src/cli'],
  commander: ['src/cli'],
  croner: ['src/engine/queue'],
  eld: ['src/services/search'],
  fastify: ['src/listeners/http'],
  'html-to-text': ['src/services/search'],
  kysely: ['src/store'],
  node: [], // The program that runs everything else.
  'node:sqlite': ['src/store/sqlite'],
  pg: ['src/store/postgres'],
  pino: ['src/server'],
  'pino-pretty': ['src/server'],
  'postal-mime': ['src/services'],
  'smol-toml': ['src/legacy'],
  'smtp-server': ['src/listeners/mail'],
  'snowball-stemmers': ['src/services/search'],
}
const TEST_FOLDERS = ['test/', 'tools/', 'bench/']

export function checkPackages(imports: readonly Import[], { dependencies, devDependencies }: Manifest): Violation[] {
  const found: Violation[] = []
  const used = new Set<string>()
  for (const { from, line, specifier, target } of imports) {
    const name = packageName(specifier)
    if (target !== null || (isBuiltin(specifier) && HOMES[name] === undefined)) continue
    used.add(name)
    const forTests = from.endsWith('.test.ts') || TEST_FOLDERS.some(folder => from.startsWith(folder))
    const listed = isBuiltin(specifier) || name in dependencies || (forTests && name in devDependencies)
    const homes = HOMES[name] ?? []
    if (!listed) {
      const where = name in devDependencies ? 'only a development dependency' : 'not in package.json'
      found.push({ path: from, line, what: `imports ${name}, which is ${where}`, fix: 'list it under dependencies, with a line in its ADR' })
    } else if (!forTests && !homes.some(home => from.startsWith(`${home}/`))) {
      found.push({ path: from, line, what: `imports ${name}`, fix: `only ${homes.join(', ')} may; use what that folder exports` })
    }
  }
  for (const name of Object.keys(dependencies)) {
    if (HOMES[name] === undefined) found.push(manifest(`${name} has no home`, 'add it to HOMES in tools/tidy/packages.ts'))
    else if (HOMES[name].length > 0 && !used.has(name)) found.push(manifest(`nothing imports ${name}`, 'remove it'))
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

function manifest(what: string, fix: string): Violation {
  return { path: 'package.json', line: 0, what, fix }
}

function packageName(specifier: string): string {
  return specifier.split('/').slice(0, specifier.startsWith('@') ? 2 : 1).join('/')
}
