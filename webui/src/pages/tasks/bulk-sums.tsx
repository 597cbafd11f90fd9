/** What an action on many tasks would meet, and what became of them. */
import { Link } from '@tanstack/react-router'
import { Count } from '../../parts/amounts.tsx'
import type { BulkAction, BulkGroup, BulkSums } from './bulk.ts'
import { useKindLabel } from './kinds.ts'
import css from './tasks.module.css'
import { useTaskTexts } from './texts.ts'

export function BulkGroups({ groups }: { readonly groups: readonly BulkGroup[] }) {
  const t = useTaskTexts()
  const label = useKindLabel()
  const someRun = groups.some(({ running }) => running > 0)
  const someRefused = groups.some(({ refused }) => refused > 0)
  return (
    <table className={css['groups']}>
      <thead>
        <tr>
          <th scope="col">{t.bulk.kind}</th><th scope="col">{t.bulk.status}</th><th scope="col" className={css['number']}>{t.bulk.tasks}</th>
          {someRun ? <th scope="col" className={css['number']}>{t.bulk.ofThemRunning}</th> : null}
          {someRefused ? <th scope="col" className={css['number']}>{t.bulk.notAllowed}</th> : null}
        </tr>
      </thead>
      <tbody>
        {groups.map(({ variant, status, matched, running, refused }) => (
          <tr key={`${variant}/${status}`}>
            <td>{label(variant)}</td>
            <td>{status === 'Retry' || status === 'Failed' || status === 'Pending' ? t.status[status] : status}</td>
            <td className={css['number']}><Count value={matched} /></td>
            {someRun ? <td className={css['number']}><Count value={running} /></td> : null}
            {someRefused ? <td className={css['number']}><Count value={refused} /></td> : null}
          </tr>
        ))}
      </tbody>
    </table>
  )
}

export function BulkResult({ sums: { changed, requested, unchanged, refused, refusals }, action }: { readonly sums: BulkSums; readonly action: BulkAction }) {
  const { bulk } = useTaskTexts()
  const lines = [
    action === 'destroy' ? bulk.destroyed(changed) : bulk.changed(changed),
    ...(requested > 0 ? [bulk.requested(requested)] : []),
    ...(unchanged > 0 ? [bulk.unchanged(unchanged)] : []),
    ...(refused > 0 ? [bulk.refused(refused)] : []),
  ]
  return (
    <div className={css['stack']}>
      <ul>{lines.map(line => <li key={line}>{line}</li>)}</ul>
      {refusals.length === 0 ? null : (
        <div>
          <h3>{bulk.refusals}</h3>
          <ul>
            {refusals.map(({ description, count, exampleId }) => (
              <li key={description}>
                <Count value={count} />: {description}{' '}
                {exampleId === null ? null : <Link to={`/manage/tasks/${exampleId}`}>{bulk.example}</Link>}
              </li>
            ))}
          </ul>
        </div>
      )}
    </div>
  )
}
