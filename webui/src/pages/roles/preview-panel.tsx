/** What a change would do, before it is saved. */
import type { ClusterNode } from '../../api/cluster.ts'
import { Status } from '../../parts/status.tsx'
import { Warning } from '../../parts/warning.tsx'
import { useDutyTexts } from '../../texts/duties.ts'
import type { LaneChange, NodeChange, Preview } from './preview.ts'
import { bucketsMoved, isQuiet, uncoveredBy } from './preview.ts'
import css from './roles.module.css'
import { useRoleTexts } from './texts.ts'

export function PreviewDetails({ preview, nodes, here }: {
  readonly preview: Preview
  readonly nodes: readonly ClusterNode[]
  /** The listener of this console closes. */
  readonly here: boolean
}) {
  const t = useRoleTexts()
  if (isQuiet(preview)) return <p className={css['soft']}>{t.quiet}</p>
  const uncovered = uncoveredBy(preview)
  return <>
    {uncovered.length === 0 ? null : <Warning bad>{t.uncovered(uncovered.map(({ id }) => id).join(', '))}</Warning>}
    {here ? <Warning bad>{t.here}</Warning> : null}
    {preview.nodes.map(node => <NodeChanges key={node.id} change={node} />)}
    {preview.lanes.length === 0 ? null : (
      <div className={css['block']}>
        <h3>{t.moves(bucketsMoved(preview))}</h3>
        {preview.lanes.map(lane => <LaneChanges key={lane.id} change={lane} nodes={nodes} />)}
      </div>
    )}
    {preview.findings.length === 0 ? null : (
      <div className={css['block']} lang="en">
        <h3 lang={undefined}>{t.newFindings}</h3>
        {preview.findings.map(({ id, severity, text }) => <Status key={id} tone={severity === 'error' ? 'bad' : 'warn'}>{text}</Status>)}
      </div>
    )}
  </>
}

function NodeChanges({ change }: { readonly change: NodeChange }) {
  const t = useRoleTexts()
  const duties = useDutyTexts()
  const names = (list: readonly string[]) => list.map(duty => duties[duty]?.name ?? duty).join(', ')
  const lines: readonly (readonly [sign: string, verb: string, what: string])[] = [
    ['+', t.starts, names(change.dutiesAdded)], ['−', t.ends, names(change.dutiesRemoved)],
    ['+', t.opens, change.listenersOpened.join(', ')], ['−', t.closes, change.listenersClosed.join(', ')],
  ]
  return (
    <div className={css['block']}>
      <h3>{change.hostname}</h3>
      <ul>
        {lines.filter(([, , what]) => what !== '').map(([sign, verb, what]) => (
          <li key={verb} className={css['change']}><span><span className={css['sign']} aria-hidden="true">{sign}</span> {verb}: {what}</span></li>
        ))}
      </ul>
    </div>
  )
}

function LaneChanges({ change: { id, moves }, nodes }: { readonly change: LaneChange; readonly nodes: readonly ClusterNode[] }) {
  const t = useRoleTexts()
  const name = (node: string | null) => node === null ? t.nobody : nodes.find(each => each.id === node)?.hostname ?? node
  return (
    <p className={css['change']}>
      <b>{id}</b>
      <span>{moves.map(({ from, to, buckets }) => t.move(buckets, name(from), name(to))).join(' · ')}</span>
    </p>
  )
}
