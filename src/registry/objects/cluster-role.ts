/**
 * ClusterRole: which duties and which listeners a node runs. A node takes the role that STALWART_ROLE names; without
 * one it runs everything, and with an unknown one nothing, until the role is there.
 */
import { embedded, nullable, set, shape, string, variants } from '../../base/fields.ts'
import type { EnumType, Fields, Infer } from '../../base/fields.ts'
import { object } from '../schema/object.ts'
import type { ObjectDefinition } from '../schema/object.ts'

const LISTENERS = shape('ClusterListenerGroupProperties', {
  listenerIds: set({ type: 'objectId', objectName: 'NetworkListener' }, 'The listeners.', { label: 'Listeners' }),
})

/** All, none, some, or all but some. */
function group(name: string, some: Parameters<typeof variants>[1][number]['shape'] & object, of: string) {
  return variants(name, [
    { name: 'EnableAll', label: `All ${of}` },
    { name: 'DisableAll', label: `No ${of}` },
    { name: 'EnableSome', label: `Only these ${of}`, shape: some },
    { name: 'DisableSome', label: `All ${of} but these`, shape: some },
  ])
}

function fields(duties: EnumType) {
  const tasks = shape('ClusterTaskGroupProperties', {
    taskTypes: set({ type: 'enum', enum: duties }, 'The duties.', { label: 'Duties' }),
  })
  return {
    name: string('What STALWART_ROLE says to choose this role, letter by letter.', {
      update: 'immutable',
      index: 'unique',
      maxLength: 100,
    }),
    description: nullable(string('For people.')),
    tasks: embedded(group('ClusterTaskGroup', tasks, 'duties'), 'The background work of nodes with this role.', {
      label: 'Duties',
    }),
    listeners: embedded(
      group('ClusterListenerGroup', LISTENERS, 'listeners'),
      'The listeners that nodes with this role open.',
    ),
  } satisfies Fields
}

/** `duties`: the closed set that the engine's lanes are gated by. */
export function clusterRoleObject(duties: EnumType): ObjectDefinition<Infer<ReturnType<typeof fields>>> {
  return object({
    name: 'ClusterRole',
    label: 'Cluster role',
    doc: 'A named choice of background work and listeners, which nodes take by its name.',
    fields: fields(duties),
    labelProperty: 'name',
    columns: ['name', 'description'],
    sections: {
      ClusterRole: [
        { title: 'Role', fields: ['name', 'description'] },
        { title: 'Background work', fields: ['tasks'] },
        { title: 'Listeners', fields: ['listeners'] },
      ],
    },
    menu: { section: 'Settings', icon: 'boxes', group: 'Cluster', link: 'Roles' },
  })
}
