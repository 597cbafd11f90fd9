/** `rota describe [name]`: what the schema says of an object, a variant, an embedded shape or an enum. */
import type { Command } from 'commander'
import type { Json, JsonObject } from '../../base/json.ts'
import { formatDuration } from '../../base/duration.ts'
import type { Model, Variant } from '../../jmap-client/model.ts'
import type { Field } from '../../jmap-client/schema.ts'
import type { ExitCode } from '../failure.ts'
import { EXIT } from '../failure.ts'
import type { Described } from '../input/described.ts'
import { findDescribed } from '../input/described.ts'
import { EMPTY_CELL } from '../output/cell.ts'
import { pairsText, tableText } from '../output/table.ts'
import { typeText } from '../output/type-text.ts'
import type { Invocation, Perform } from '../remote.ts'
import type { Terminal } from '../terminal.ts'
import { examples } from './examples.ts'

const CHANGED_BY: Readonly<Record<Field['update'], string>> = {
  mutable: 'any time', immutable: 'on creation', serverSet: 'by the server',
}

export function addDescribe(program: Command, perform: Perform): void {
  program.command('describe')
    .summary('show objects and their fields')
    .description('Without a name: all objects. With one: its variants, fields, types, defaults and allowed values.')
    .argument('[name]', 'an object, a variant as in task/index-document, or a name that a field\'s type shows')
    .addHelpText('after', examples(
      'rota describe',
      'rota describe task/index-document',
      'rota describe retry-strategy',
    ))
    .action((name: string | undefined) => perform(to => describe(to, name)))
}

async function describe(to: Invocation, name: string | undefined): Promise<ExitCode> {
  const { model } = await to.connect()
  if (name === undefined) {
    await describeAll(to, model)
    return EXIT.ok
  }
  const found = findDescribed(model, name)
  if (to.json) await to.terminal.print(JSON.stringify(describedJson(model, found)))
  else await to.terminal.print(describedText(to.terminal, model, found))
  return EXIT.ok
}

async function describeAll(to: Invocation, model: Model): Promise<void> {
  const objects = model.objects()
  if (to.json) {
    for (const { name, kind, description, permissionPrefix } of objects) {
      await to.terminal.print(JSON.stringify({ name, kind, description, permissionPrefix }))
    }
    return
  }
  const rows = objects.map(({ name, kind, description }) => [name, kind, description])
  await to.terminal.print(tableText(to.terminal, ['object', 'kind', 'what it is'], rows))
}

function describedText(terminal: Terminal, model: Model, found: Described): string {
  if (found.kind === 'enum') {
    const members = model.enum(found.name)
    return tableText(terminal, ['value', 'label', 'meaning'],
      members.map(({ name, label, explanation }) => [name, label, explanation ?? EMPTY_CELL]))
  }
  const { name, object, variants } = found
  const head = object === null ? [] : [object.description]
  const [only] = variants
  if (variants.length === 1 && only !== undefined) return [...head, fieldsText(terminal, model, only)].join('\n\n')
  const common = [...only?.fields.keys() ?? []].filter(field => variants.every(({ fields }) => fields.has(field)))
  const rows = variants.map(({ name: variant, label, fields }) => {
    const own = [...fields.keys()].filter(field => !common.includes(field))
    return [variant ?? EMPTY_CELL, label, own.join(', ') || EMPTY_CELL]
  })
  const filters = object === null ? [] : filterNames(model, name)
  return [
    ...head,
    tableText(terminal, ['variant', 'label', 'its own fields'], rows),
    ...(common.length > 0 ? [`All have ${common.join(', ')}.`] : []),
    ...(filters.length > 0 ? [`--where takes ${filters.join(', ')}.`] : []),
    `rota describe ${name}/${only?.name ?? ''} shows the fields of a variant.`,
  ].join('\n\n')
}

function fieldsText(terminal: Terminal, model: Model, variant: Variant): string {
  return [...variant.fields].map(([name, field]) => {
    const standard = variant.defaults.get(name)
    const orNull = 'nullable' in field.type && field.type.nullable ? ', or null' : ''
    const facts: [string, string][] = [
      ['  type', typeText(model, field.type) + orNull],
      ...(standard === undefined ? [] : [['  default', defaultText(field, standard)] as [string, string]]),
      ['  set', CHANGED_BY[field.update]],
    ]
    return `${terminal.style('bold', name)}\n  ${field.description}\n${pairsText(terminal, facts)}`
  }).join('\n\n') || 'It has no fields.'
}

function defaultText(field: Field, value: Json): string {
  const isDuration = field.type.type === 'number' && field.type.format === 'duration'
  if (isDuration && typeof value === 'number') return formatDuration(value)
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function describedJson(model: Model, found: Described): JsonObject {
  if (found.kind === 'enum') {
    return { name: found.name, values: model.enum(found.name).map(member => ({ ...member })) }
  }
  const { name, object, variants } = found
  return {
    name,
    ...(object === null ? {} : { kind: object.kind, description: object.description }),
    ...(object === null ? {} : { filters: filterNames(model, name) }),
    variants: variants.map(variant => ({
      name: variant.name,
      label: variant.label,
      fields: Object.fromEntries([...variant.fields].map(([key, field]) => [key, {
        ...(field as unknown as JsonObject), default: variant.defaults.get(key) ?? null,
      }])),
    })),
  }
}

function filterNames(model: Model, name: string): string[] {
  return (model.list(name)?.filters ?? []).map(filter => filter.field)
}
