/** What became of the items that were just asked back; follows them until all are back or have failed. */
import { Link } from '@tanstack/react-router'
import { useQuery } from '@tanstack/react-query'
import { MethodFailed } from '../../../../src/jmap-client/errors.ts'
import { objects } from '../../../../src/jmap-client/reply.ts'
import type { Api } from '../../api/api.ts'
import { useServer } from '../../api/context.ts'
import { everyRow } from '../../api/every-row.ts'
import { keys } from '../../api/keys.ts'
import { objectAddress } from '../../lists/places.ts'
import { Progress } from '../../parts/amounts.tsx'
import { Button } from '../../parts/button.tsx'
import { Panel } from '../../parts/page.tsx'
import type { Asked, Restore } from './restores.ts'
import { askedOf, restoreOf } from './restores.ts'
import css from './archived-items.module.css'
import { useArchivedTexts } from './texts.ts'
import { RESTORES } from './under-way.tsx'

const PART = 500
/** For many items more: each look asks for all of them. */
const AGAIN_MS = 1_500
const AGAIN_MS_EACH = 1
const FAILED_MAX = 10_000
const SHOWN = 5

export function RestoreProgress({ ids, onClose }: { readonly ids: readonly string[]; readonly onClose: () => void }) {
  const { api } = useServer()
  const own = useArchivedTexts()
  const { progress: t } = own
  const { data } = useQuery({
    queryKey: [...keys.all('ArchivedItem'), 'asked', ids], queryFn: () => look(api, ids),
    refetchInterval: query => query.state.data?.waiting === 0 ? false : Math.max(AGAIN_MS, ids.length * AGAIN_MS_EACH),
  })
  return (
    <Panel title={t.title} actions={<Button kind="quiet" onClick={onClose}>{t.close}</Button>}>
      <div className={css['progress']} role="status">
        <Progress value={data?.back ?? 0} of={ids.length} label={t.title} />
        <span>{data === undefined ? '' : [
          t.back(data.back), ...data.waiting === 0 ? [] : [t.waiting(data.waiting)], ...data.withdrawn === 0 ? [] : [t.withdrawn(data.withdrawn)],
          ...data.failed.length === 0 ? [] : [t.failed(data.failed.length)],
        ].join(' · ')}</span>
        <Link to={RESTORES}>{t.tasks}</Link>
      </div>
      {data === undefined || data.failed.length === 0 ? null : (
        <ul>
          {data.failed.slice(0, SHOWN).map(({ id, label, taskId, reason }) => (
            <li key={id}>{label || own.nameless}: <Link to={objectAddress('Task', taskId)}>{reason ?? t.noReason}</Link></li>
          ))}
        </ul>
      )}
    </Panel>
  )
}

async function look(api: Api, ids: readonly string[]): Promise<Asked> {
  const parts = Array.from({ length: Math.ceil(ids.length / PART) }, (_, at) => ids.slice(at * PART, (at + 1) * PART))
  const properties = ['status', 'accountId', 'blobId', '@type', 'subject']
  const there = await Promise.all(parts.map(async part => objects((await api.call('x:ArchivedItem/get', { ids: part, properties }))['list'])))
  return askedOf(ids, there.flat(), await failedRestores(api))
}

/** Who may not see tasks sees the items all the same. */
async function failedRestores(api: Api): Promise<readonly Restore[]> {
  const found: Restore[] = []
  const filter = { '@type': 'RestoreArchivedItem', status: 'Failed' }
  try {
    for await (const { rows } of everyRow(api, 'Task', { filter, properties: null, limit: FAILED_MAX })) found.push(...rows.map(restoreOf))
  } catch (error) {
    if (!(error instanceof MethodFailed)) throw error
  }
  return found
}
