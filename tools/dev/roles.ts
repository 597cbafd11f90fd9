/**
 * The three roles of `npm run dev`. Every duty is in two of them, so that any one node may die and its work goes on; the
 * API is on every node, mail comes in at one.
 */
import type { JsonObject } from '../../src/base/json.ts'
import type { JmapClient } from '../../src/jmap-client/client.ts'

export interface DevRole { readonly name: string; readonly duties: readonly string[]; readonly mail: boolean }

export const ROLES: readonly DevRole[] = [
  {
    name: 'frontend', mail: true,
    duties: ['pushNotifications', 'outboundMta', 'taskQueueProcessing', 'taskScheduler', 'metricsPush'],
  },
  {
    name: 'indexer', mail: false,
    duties: [
      'searchIndexing', 'spamClassifierTraining', 'storeMaintenance', 'accountMaintenance', 'metricsCalculate',
      'pushNotifications', 'outboundMta', 'metricsPush',
    ],
  },
  {
    name: 'keeper', mail: false,
    duties: [
      'storeMaintenance', 'accountMaintenance', 'metricsCalculate', 'taskScheduler', 'taskQueueProcessing',
      'searchIndexing', 'spamClassifierTraining', 'metricsPush',
    ],
  },
]

/** A role that is there already stays as it is. */
export async function createRoles(client: JmapClient): Promise<void> {
  const there = new Set((await all(client, 'x:ClusterRole')).map(({ name }) => name))
  const api = (await all(client, 'x:NetworkListener')).filter(({ protocol }) => protocol === 'http').map(({ id }) => String(id))
  for (const role of ROLES.filter(({ name }) => !there.has(name))) {
    const outcome = await client.create('x:ClusterRole', roleObject(role, api))
    if (outcome.kind === 'refused') throw new Error(`the role ${role.name} was refused: ${outcome.error.description ?? outcome.error.type}`)
  }
}

function roleObject({ name, duties, mail }: DevRole, api: readonly string[]): JsonObject {
  return {
    name, description: 'Made by npm run dev', tasks: { '@type': 'EnableSome', taskTypes: members(duties) },
    listeners: mail ? { '@type': 'EnableAll' } : { '@type': 'EnableSome', listenerIds: members(api) },
  }
}

function members(names: readonly string[]): JsonObject {
  return Object.fromEntries(names.map(name => [name, true]))
}

async function all(client: JmapClient, object: string): Promise<JsonObject[]> {
  const found: JsonObject[] = []
  for await (const { rows } of client.pages(object)) found.push(...rows)
  return found
}
