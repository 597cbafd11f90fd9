/**
 * The form of the repository, checked: layers, cycles, packages, banned calls, names, machine paths. All of it works on a
 * map from path to text, so that a test can plant a violation without touching a file.
 */
import { checkBans } from './bans.ts'
import { importsOf } from './imports.ts'
import { checkConsoleMarkup } from './console-markup.ts'
import { checkCycles, checkLayers, checkPages } from './layers.ts'
import { checkPathName, checkTargets, checkTestNames, checkVariant } from './names.ts'
import { checkLock, checkPackages, CONSOLE, type Manifests } from './packages.ts'
import { longPlaces } from './sizes.ts'
import { readSource } from './source.ts'
import { checkText } from './texts.ts'
import type { Violation } from './violation.ts'

type Files = ReadonlyMap<string, string>
const CODE = /\.(tsx?|js|mjs)$/

export function checkTree(files: Files): Violation[] {
  const paths = new Set(files.keys())
  const sources = sourcesOf(files)
  const imports = sources.flatMap(importsOf)
  return [
    ...checkLayers(imports),
    ...checkPages(imports),
    ...checkCycles(imports),
    ...checkTargets(imports, paths),
    ...packageRules(files).flatMap(({ manifests, lock }) => [...checkPackages(imports, manifests), ...checkLock(lock)]),
    ...sources.flatMap(checkBans),
    ...sources.flatMap(checkConsoleMarkup),
    ...sources.flatMap(source => checkVariant(source, paths)),
    ...sources.flatMap(checkTestNames),
    ...[...paths].flatMap(checkPathName),
    ...[...files].flatMap(([path, text]) => checkText(path, text)),
  ]
}

/** Files over 400 and functions over 70 lines. */
export function placesToLookAt(files: Files): string[] {
  return sourcesOf(files).flatMap(longPlaces)
}

function sourcesOf(files: Files) {
  return [...files].filter(([path]) => CODE.test(path)).map(([path, text]) => readSource(path, text))
}

function packageRules(files: Files): { readonly manifests: Manifests; readonly lock: Parameters<typeof checkLock>[0] }[] {
  const manifest = files.get('package.json')
  const lock = files.get('package-lock.json')
  if (manifest === undefined || lock === undefined) return []
  const workspace = files.get(`${CONSOLE}/package.json`)
  return [{ manifests: { root: JSON.parse(manifest), console: JSON.parse(workspace ?? '{}') }, lock: JSON.parse(lock) }]
}
