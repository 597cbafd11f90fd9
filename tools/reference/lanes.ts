/** docs/reference/lanes.md: the lanes in which tasks are assigned to nodes, and the duties that gate them. */
import type { AnyVariant } from '../../src/engine/task-variant.ts'
import { VARIANTS } from '../../src/tasks/catalogue.ts'
import { CLUSTER_TASK_TYPE } from '../../src/tasks/define.ts'
import { lanes } from '../../src/tasks/lanes.ts'
import { code, page, table } from './markdown.ts'

export function lanesPage(): string {
  const all = lanes()
  const variants: readonly AnyVariant[] = VARIANTS
  const rows = all.map(lane => [
    code(lane.name), code(lane.duty), String(lane.buckets),
    variants.filter(variant => variant.lane === lane.name).map(variant => variant.name).join(', '),
    lane.legacyKey === null ? '' : code(lane.legacyKey), lane.critical ? 'yes' : '',
  ])
  const duties = CLUSTER_TASK_TYPE.members.map(({ name, label }) =>
    [code(name), label, all.filter(lane => lane.duty === name).map(lane => code(lane.name)).join(', ')])
  return page('Lanes and duties', '`src/tasks/lanes.ts` and `src/tasks/define.ts`',
    'A lane is a stream of tasks, cut into buckets. A bucket is worked by one node at a time, and only by a node whose role '
    + 'has the duty of the lane. `legacy key` is the name of the lane in the older TOML scheme. '
    + 'A `critical` lane should be workable by two nodes at least: `rota cluster audit` warns when only one has its duty.',
    table(['lane', 'duty', 'buckets', 'variants', 'legacy key', 'critical'], rows),
    'Push shard *s* of *n* has the buckets *b* of `push` with *b* mod *n* = *s* − 1, so there are as many shards as buckets at most.',
    '## Duties',
    table(['duty', 'label', 'lanes'], duties))
}
