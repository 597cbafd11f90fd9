/** TaskVariant: a kind of task as this version knows it, for those who choose one: what it does, where it is worked, who may make it. */
import { boolean, nullable, oneOf, string } from '../../base/fields.ts'
import type { EnumType } from '../../base/fields.ts'
import { listReader } from '../ops/list-reader.ts'
import type { ObjectReader } from '../ops/backend.ts'
import { object } from '../schema/object.ts'
import type { ObjectDefinition, Stored } from '../schema/object.ts'
import type { TaskVariantDeclaration } from './task.ts'

const byServer = { update: 'serverSet' } as const

/** `duties`: the closed set that lanes are gated by. */
export function taskVariantObject(duties: EnumType): ObjectDefinition<unknown> {
  return object({
    name: 'TaskVariant',
    label: 'Kind of task',
    plural: 'Kinds of tasks',
    doc: 'A kind of task: what it does, where it is worked, and whether clients may create it.',
    verbs: ['Get', 'Query'],
    fields: {
      name: string('Its name, which is its id too.', byServer),
      label: string('What people call it.', byServer),
      does: string('What a task of this kind does.', { ...byServer, format: 'text' }),
      lane: string('The stream in which it is worked.', byServer),
      duty: oneOf(duties, 'The duty that a node needs to work it.', byServer),
      refusal: nullable(string('Why clients may not create one; empty: they may.', { ...byServer, format: 'text' })),
      givesUp: boolean('Whether it fails for good when its attempts are used up; else it is tried again for ever.', byServer),
    },
    labelProperty: 'label',
    columns: ['name', 'label', 'lane', 'duty', 'refusal'],
    filters: {},
    order: { properties: ['name'], ascending: true },
    sections: [{ title: 'Kind of task', fields: ['name', 'label', 'does', 'lane', 'duty', 'refusal', 'givesUp'] }],
  })
}

export function taskVariantReader<Tx>(declarations: readonly TaskVariantDeclaration[]): ObjectReader<Tx> {
  const all = declarations
    .toSorted((left, right) => left.name < right.name ? -1 : 1)
    .map(({ name, label, doc, lane, duty, creatable, notBuilt, perpetual = false }): Stored => ({
      id: name,
      version: 1,
      body: {
        name, label, does: doc, lane, duty, givesUp: !perpetual,
        refusal: creatable === true ? notBuilt ?? null : creatable.forbidden,
      },
    }))
  return listReader(() => Promise.resolve(all))
}
