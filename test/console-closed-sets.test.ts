/**
 * Closed sets of the schema for which the console has words of its own: a value without a word would be shown by its name, or by
 * none; a word without a value is left over from one that has gone.
 */
import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import type { JsonObject } from '../src/base/json.ts'
import { Model } from '../src/jmap-client/model.ts'
import { parseSchema } from '../src/jmap-client/schema.ts'
import { readCatalogues, readShared, type Catalogues } from './support/console-texts.ts'
import { openRegistry } from './support/registry.ts'

interface ClosedSet {
  readonly set: string
  /** `cluster.kinds`: of which page, and the part of its texts. */
  readonly texts: string
  /** Words beside those of the set, which say more of one of its values. */
  readonly besides?: readonly string[]
}
const PAGES: readonly ClosedSet[] = [
  {
    set: 'TaskWaitingFor', texts: 'tasks.why',
    besides: [
      'title', 'NotDueRetry', 'turnLane', 'noNodeRoles', 'noNodeNoRole', 'noNodeGive', 'noNodeNoNode', 'noRole', 'editRole', 'failed', 'parked', 'other',
      'failedGroup', 'stopping', 'changing', 'parts', 'steps',
    ],
  },
  { set: 'TaskStatus', texts: 'tasks.status' },
  { set: 'ClusterFindingKind', texts: 'cluster.kinds' },
  { set: 'ClusterFindingSeverity', texts: 'cluster.severity' },
  { set: 'ClusterNodeStatus', texts: 'cluster.statuses', besides: ['draining'] },
  { set: 'ClusterNodeStatus', texts: 'cluster.statusHelp', besides: ['draining'] },
  { set: 'ClusterNodeStatus', texts: 'dashboard.nodes.states' },
  { set: 'ClusterTaskGroup', texts: 'roles.dutyChoices' },
  { set: 'ClusterListenerGroup', texts: 'roles.listenerChoices' },
  { set: 'TaskAccountMaintenanceType', texts: 'accounts.maintenance.text' },
  { set: 'ArchivedItemStatus', texts: 'archived-items.status', besides: ['failed'] },
]

describe('closed sets of the schema in the words of the console', () => {
  let model: Model
  let catalogues: readonly Catalogues[]
  before(async () => {
    catalogues = await readCatalogues()
    model = new Model(parseSchema(JSON.parse((await openRegistry()).registry.schemaDocument().json) as JsonObject))
  })
  /** Names of an enumeration, or of the variants of a shape. */
  const membersOf = (set: string): string[] => {
    const named = model.enum(set).length > 0 ? model.enum(set) : model.variants(set)
    const names = named.flatMap(({ name }): string[] => name === null ? [] : [name])
    assert.ok(names.length > 1, `${set} is no closed set of the schema`)
    return names.toSorted()
  }

  for (const { set, texts, besides = [] } of PAGES) {
    it(`${set} in ${texts}`, () => {
      const [page = '', ...path] = texts.split('.')
      const found = catalogues.find(({ folder }) => folder.endsWith(`/pages/${page}`))
      const words = path.reduce<unknown>((at, key) => Object(at)[key as never], found?.en)
      assert.deepEqual(Object.keys(Object(words)).toSorted(), [...membersOf(set), ...besides].toSorted())
    })
  }

  it('what several pages say of duties and addresses', async () => {
    const keysOf = async (file: string, hook: string) => Object.keys(Object((await readShared(file, hook)).en)).toSorted()
    assert.deepEqual(await keysOf('duties.ts', 'useDutyTexts'), membersOf('ClusterTaskType'))
    assert.deepEqual(await keysOf('addresses.ts', 'useAddressTexts'), membersOf('ClusterNodeAddressState'))
  })
})
