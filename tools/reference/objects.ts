/** docs/reference/objects.md: every object of the management API, with its fields, filters and verbs. */
import { shape, type Shape } from '../../src/base/fields.ts'
import { COMMON_NAMES } from '../../src/registry/objects/task.ts'
import { type ObjectDefinition, WRITE_VERBS } from '../../src/registry/schema/object.ts'
import { permissionOf } from '../../src/registry/schema/permissions.ts'
import { namedTypes, shapeText, singleShapes } from './fields.ts'
import { code, list, page, table } from './markdown.ts'

type Declared = Pick<ObjectDefinition, 'kind' | 'name' | 'plural' | 'doc' | 'verbs' | 'permissionPrefix' | 'shape' | 'filters' | 'order'>

export function objectsPage(objects: readonly Declared[]): string {
  const rows = objects.map(of => [`[${of.name}](#${of.name.toLowerCase()})`, of.doc])
  return page('Objects', 'the files of `src/registry/objects`',
    'What the management API reads and writes, by `x:<Object>/get`, `/set` and `/query`. A date is `2026-12-01T00:00:00Z`, a '
    + 'duration is in ms (or `90s`, `6h`, `1h30m`), a set is `{ "member": true }`, a list is `{ "0": {…}, "1": {…} }`. Fields '
    + 'that the server sets and `id` are never sent by clients. Permissions are listed in [permissions.md](permissions.md).',
    table(['object', 'what it is'], rows),
    ...objects.map(section))
}

function section(of: Declared): string {
  const shown = shownShape(of)
  const intro = of.name === 'Task' ? ['Besides the fields of its [variant](variants.md) every task has:'] : []
  const types = namedTypes(singleShapes(shown), ['Permission'])
  return [`## ${of.name}`, of.doc, list(facts(of)), ...intro, shapeText(shown), ...types].join('\n\n')
}

function shownShape(of: Declared): Shape {
  // The variants of tasks have a page of their own.
  if (of.name === 'Task') return commonShape(of.shape)
  if (of.shape.kind === 'multiple' || of.verbs.some(verb => WRITE_VERBS.includes(verb))) return of.shape
  return shape(of.name, Object.fromEntries(Object.entries(of.shape.fields).map(([name, field]) => [name, { ...field, update: 'serverSet' }])))
}

function commonShape(task: Shape): Shape {
  const [first] = singleShapes(task)
  return shape('Task', Object.fromEntries(Object.entries(first?.fields ?? {}).filter(([name]) => COMMON_NAMES.has(name))))
}

function facts(of: Declared): string[] {
  const found = [`${of.kind === 'singleton' ? 'There is one, with the id `singleton`. ' : ''}Permissions: ${of.verbs.map(verb => code(permissionOf(of, verb))).join(', ')}.`]
  const filters = Object.entries(of.filters).map(([name, { range }]) => range === true ? `${code(name)} (also as a range)` : code(name))
  if (filters.length > 0) found.push(`Filters: ${filters.join(', ')}.`)
  if (of.kind === 'object') found.push(`Order: by ${of.order.properties.map(code).join(' or ')}, ${of.order.ascending ? 'lowest' : 'highest'} first.`)
  return found
}
