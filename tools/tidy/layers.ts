/** Who may import whom. Anything that the table does not list is refused. */
import type { Import } from './imports.ts'
import type { Violation } from './violation.ts'

/** A layer's name, a file, or `types of <layer>`: only with `import type`. */
type Allowed = readonly string[]

export const LAYERS: Readonly<Record<string, Allowed>> = {
  'src/base': [],
  'src/errors.ts': ['src/base'],
  'src/engine': ['src/base', 'src/errors.ts'],
  'src/legacy': ['src/base'],
  'src/registry': ['src/base', 'src/errors.ts'],
  'src/store': ['src/base', 'src/errors.ts', 'src/engine/ports', 'src/registry/ports.ts', 'src/services/ports.ts'],
  'src/services': ['src/base', 'src/errors.ts', 'src/registry'],
  'src/tasks': ['src/base', 'src/errors.ts', 'src/engine/task-variant.ts', 'src/engine/lane.ts', 'types of src/services'],
  'src/listeners': ['src/base', 'src/errors.ts', 'src/registry', 'src/services'],
  'src/jmap': ['src/base', 'src/errors.ts', 'src/registry', 'src/engine/ports', 'src/services'],
  'src/jmap-client': ['src/base'],
  'src/cli': ['src/base', 'src/jmap-client', 'src/legacy'],
  'src/server': [
    'src/base', 'src/errors.ts', 'src/engine', 'src/legacy', 'src/registry', 'src/store', 'src/services', 'src/tasks', 'src/listeners', 'src/jmap',
    'package.json',
  ],
  'src/main.ts': ['src/server', 'src/cli'],
  bin: ['src/main.ts'],
  'webui/src': ['src/jmap-client', 'src/base'],
  webui: [],
  test: ['src', 'tools', 'bench', 'webui/src/texts'],
  tools: ['src', 'test'],
  bench: ['src', 'test'],
}

/** What a test beside its source may import besides: the real engine and duties, and the memory store. */
const UNIT_TESTS: Allowed = ['test/support', 'src/store/memory', 'src/engine', 'src/tasks/define.ts']

/** Layers that are functions of what they are given: no files, sockets or processes. */
const WITHOUT_IO = ['src/base', 'src/errors.ts', 'src/engine', 'src/legacy', 'src/tasks', 'webui/src']
const TEST = /\.test\.tsx?$/
const IO = /^node:(child_process|cluster|dgram|dns|fs|http|http2|https|net|sqlite|tls|worker_threads)(\/|$)/

export function checkLayers(imports: readonly Import[]): Violation[] {
  return imports.flatMap(each => {
    const what = refusal(each)
    return what === null ? [] : [{ path: each.from, line: each.line, ...what }]
  })
}

const PAGE = /^webui\/src\/pages\/[^/]+(?=\/)/

/** A page of the console is loaded when somebody goes there: it brings no other page with it. */
export function checkPages(imports: readonly Import[]): Violation[] {
  return imports.flatMap(({ from, line, target }) => {
    const own = PAGE.exec(from)?.[0]
    const other = PAGE.exec(target ?? '')?.[0]
    if (own === undefined || other === undefined || own === other) return []
    return [{ path: from, line, what: `the page ${own} imports of the page ${other}`, fix: 'move what both show to webui/src/parts' }]
  })
}

/** The layer of a path; null for a file of none. */
export function layerOf(path: string): string | null {
  return Object.keys(LAYERS).find(layer => isIn(path, layer)) ?? null
}

function refusal({ from, target, specifier, typeOnly }: Import): Pick<Violation, 'what' | 'fix'> | null {
  const layer = layerOf(from)
  if (layer === null) return { what: 'a file outside of every layer', fix: `put it into one of ${Object.keys(LAYERS).join(', ')}` }
  const isTest = TEST.test(from)
  if (target === null) {
    const io = IO.test(specifier) && WITHOUT_IO.includes(layer) && !isTest
    return io ? { what: `${layer} may not import ${specifier}`, fix: 'take what it gives through a port' } : null
  }
  if (TEST.test(target)) return { what: 'imports a test', fix: 'move what is shared to test/support' }
  if (isIn(target, layer)) return null
  const allowed = [...LAYERS[layer] ?? [], ...(isTest ? UNIT_TESTS : [])]
  const fits = allowed.some(each => each.startsWith('types of ') ? typeOnly && isIn(target, each.slice(9)) : isIn(target, each))
  return fits ? null : { what: `${layer} may not import ${target}`, fix: `it may import ${allowed.join(', ') || 'nothing of ours'}` }
}

function isIn(path: string, place: string): boolean {
  return path === place || path.startsWith(`${place}/`)
}

/** Each cycle once, as the list of its files. */
export function checkCycles(imports: readonly Import[]): Violation[] {
  const edges = Map.groupBy(imports.filter(each => each.target !== null), each => each.from)
  const done = new Set<string>()
  const found: Violation[] = []

  function visit(path: string, trail: readonly string[]): void {
    const start = trail.indexOf(path)
    if (start >= 0) {
      const cycle = [...trail.slice(start), path].join(' → ')
      found.push({ path, line: 0, what: `imports itself in a circle: ${cycle}`, fix: 'move what both need into a file of its own' })
    }
    if (start >= 0 || done.has(path)) return
    for (const { target } of edges.get(path) ?? []) if (target !== null) visit(target, [...trail, path])
    done.add(path)
  }

  for (const path of edges.keys()) visit(path, [])
  return found
}
