/** ClusterFinding: something about the cluster that wants an administrator. Made anew at each look; it goes with its cause. */
import { enumType, oneOf, string } from '../../base/fields.ts'
import type { ObjectReader } from '../ops/backend.ts'
import { listReader } from '../ops/list-reader.ts'
import { object } from '../schema/object.ts'

const SEVERITY = enumType('ClusterFindingSeverity', [
  { name: 'error', label: 'Error', explanation: 'Work waits until somebody does something.' },
  { name: 'warning', label: 'Warning', explanation: 'All work is done; something is not as it should be.' },
])
const KIND = enumType('ClusterFindingKind', [
  { name: 'laneWithoutNode', label: 'Lane without a node' },
  { name: 'criticalLaneWithOneNode', label: 'Important lane with one node only' },
  { name: 'shardWithoutNode', label: 'Shard without a node' },
  { name: 'unequalShards', label: 'Shards of unequal size' },
  { name: 'spamTrainingSpread', label: 'Spam training on several nodes' },
  { name: 'unknownRole', label: 'Unknown role' },
  { name: 'clockOffset', label: 'Clock off' },
  { name: 'versionsDiffer', label: 'Different versions' },
  { name: 'settingsDiffer', label: 'Different settings' },
  { name: 'spamFilterFails', label: 'Spam filter does not work' },
])
const byServer = { update: 'serverSet' } as const

export const clusterFinding = object({
  name: 'ClusterFinding',
  label: 'Cluster finding',
  doc: 'Something about the cluster that wants attention. There is none while all is well.',
  verbs: ['Get', 'Query'],
  fields: {
    severity: oneOf(SEVERITY, 'Whether work suffers already.', byServer),
    kind: oneOf(KIND, 'What kind of trouble it is.', byServer),
    subject: string('The lane, shard (lane and number) or node that it is about.', byServer),
    text: string('What is wrong.', { ...byServer, format: 'text' }),
    advice: string('What to do about it.', { ...byServer, format: 'text' }),
  },
  labelProperty: 'text',
  columns: ['severity', 'kind', 'subject', 'text'],
  filters: {},
  order: { properties: ['severity'], ascending: true },
  sections: [{ title: 'Finding', fields: ['severity', 'kind', 'subject', 'text', 'advice'] }],
  menu: { section: 'Management', icon: 'server', group: 'Cluster', link: 'Findings' },
})

export interface FindingData {
  readonly severity: NonNullable<(typeof SEVERITY)['_names']>
  readonly kind: NonNullable<(typeof KIND)['_names']>
  readonly subject: string
  readonly text: string
  readonly advice: string
}

export function findingReader<Tx>(findings: (tx: Tx) => Promise<readonly FindingData[]>): ObjectReader<Tx> {
  return listReader(async tx => (await findings(tx)).map(({ severity, kind, subject, text, advice }) =>
    ({ id: `${kind}-${subject}`, version: 1, body: { severity, kind, subject, text, advice } })))
}
