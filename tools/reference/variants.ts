/** docs/reference/variants.md: every task variant, what it does, and whether its work is built. */
import { formatDuration } from '../../src/base/duration.ts'
import { type Fields, shape } from '../../src/base/fields.ts'
import { type AnyVariant, isBuilt } from '../../src/engine/task-variant.ts'
import { VARIANTS } from '../../src/tasks/catalogue.ts'
import { namedTypes, shapeText } from './fields.ts'
import { code, list, page, table } from './markdown.ts'

export function variantsPage(): string {
  const variants: readonly AnyVariant[] = VARIANTS
  const rows = variants.map(variant =>
    [`[${variant.name}](#${variant.name.toLowerCase()})`, code(variant.lane), code(variant.duty), isBuilt(variant) ? 'yes' : 'not yet'])
  return page('Task variants', 'the files of `src/tasks`',
    'A task is one of these. A variant whose work is not built is known to clients, and its creation is refused with the reason.',
    table(['variant', 'lane', 'duty', 'built'], rows),
    ...variants.map(section))
}

function section(variant: AnyVariant): string {
  const fields: Fields = variant.fields
  const of = shape(variant.name, fields)
  return [`## ${variant.name}`, variant.doc, list(facts(variant)), shapeText(of), ...namedTypes([of])].join('\n\n')
}

function facts(variant: AnyVariant): string[] {
  const found = [`Lane ${code(variant.lane)}, duty ${code(variant.duty)}.`]
  if (variant.creatable !== true) found.push(`Clients may not create it: ${variant.creatable.forbidden}`)
  if (variant.dedupeKey) found.push('A second one that waits for the same work is taken into the first.')
  if (variant.perpetual === true) found.push('It never fails by running out of attempts.')
  if (variant.band === 1) found.push('Bulk: it waits for interactive tasks of its lane.')
  if (!isBuilt(variant)) return [...found, `Not built yet: ${variant.notBuilt}`]
  const { runMsMax, concurrencyPerNode, batchMax } = variant.limits
  const runs = batchMax === undefined ? `${concurrencyPerNode} at a time on one node` : `${concurrencyPerNode} batches of up to ${batchMax} at a time on one node`
  return [...found, `A run is aborted after ${formatDuration(runMsMax)}; ${runs}.`]
}
