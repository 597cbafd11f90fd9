/** Asks items back: those that are chosen, or all that match, counted first. */
import { Undo2 } from 'lucide-react'
import { useState } from 'react'
import type { JsonObject } from '../../../../src/base/json.ts'
import type { Api } from '../../api/api.ts'
import { useServer } from '../../api/context.ts'
import { everyRow } from '../../api/every-row.ts'
import type { Failure } from '../../api/failure.ts'
import { failureOf } from '../../api/failure.ts'
import { useUpdateMany } from '../../api/hooks.ts'
import { Button } from '../../parts/button.tsx'
import { ConfirmDialog } from '../../parts/confirm-dialog.tsx'
import { toast } from '../../parts/toast.tsx'
import { useArchivedTexts } from './texts.ts'

/** Asked back in one step. */
const RESTORES_MAX = 10_000
const OBJECT = 'ArchivedItem'

interface Asking { readonly onAsked: (ids: readonly string[]) => void }

export function RestoreButton({ ids, onAsked, main = false }: Asking & { readonly ids: readonly string[]; readonly main?: boolean }) {
  const own = useArchivedTexts()
  const [asking, setAsking] = useState(false)
  const restoring = useRestoring(onAsked, () => { setAsking(false) })
  return <>
    <Button kind={main ? 'main' : 'plain'} icon={<Undo2 aria-hidden="true" />} onClick={() => { if (ids.length === 1) restoring.run(() => Promise.resolve(ids)); else setAsking(true) }}>
      {ids.length === 1 ? own.restore.action : own.restore.selected(ids.length)}
    </Button>
    <ConfirmDialog
      open={asking || restoring.failure !== null} onClose={() => { setAsking(false); restoring.reset() }} busy={restoring.busy} failure={restoring.failure}
      title={own.restore.title(ids.length)} text={own.restore.text} action={own.restore.action} onConfirm={() => { restoring.run(() => Promise.resolve(ids)) }}
    />
  </>
}

/** `total` null: not counted yet. */
export function RestoreAllButton({ filter, total, onAsked }: Asking & { readonly filter: JsonObject; readonly total: number | null }) {
  const { api } = useServer()
  const own = useArchivedTexts()
  const [asking, setAsking] = useState(false)
  const [found, setFound] = useState(0)
  const restoring = useRestoring(onAsked, () => { setAsking(false) })
  const count = total ?? 0
  const tooMany = count > RESTORES_MAX
  return <>
    <Button icon={<Undo2 aria-hidden="true" />} disabled={count === 0} onClick={() => { setFound(0); setAsking(true) }}>{own.restore.all(count)}</Button>
    <ConfirmDialog
      open={asking} onClose={() => { setAsking(false); restoring.reset() }} busy={restoring.busy || tooMany} failure={restoring.failure}
      title={own.restore.title(count)} text={tooMany ? own.restore.tooMany(RESTORES_MAX) : own.restore.text} action={own.restore.action}
      onConfirm={() => { restoring.run(() => idsOf(api, filter, setFound)) }}
    >
      {restoring.busy ? <p role="status">{own.restore.collecting(found)}</p> : null}
    </ConfirmDialog>
  </>
}

function useRestoring(onAsked: Asking['onAsked'], onDone: () => void) {
  const own = useArchivedTexts()
  const { mutateAsync } = useUpdateMany(OBJECT)
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<Failure | null>(null)
  const restore = async (ids: readonly string[]) => {
    const outcomes = await mutateAsync({ ids, patch: { status: 'requestRestore' } })
    const refused = outcomes.filter(outcome => outcome.kind === 'refused')
    const done = outcomes.filter(outcome => outcome.kind === 'done').map(({ id }) => id)
    const [first] = refused
    if (first !== undefined && done.length === 0) {
      setFailure({ kind: 'refused', error: first.error })
      return
    }
    toast(first === undefined ? { title: own.restore.asked(done.length) } : {
      title: own.some(own.restore.asked(done.length), own.restore.refused(refused.length)), kind: 'warning', text: first.error.description ?? first.error.type,
    })
    onAsked(done)
    onDone()
  }
  const run = (collect: () => Promise<readonly string[]>) => {
    setBusy(true)
    setFailure(null)
    void collect().then(restore).catch((error: unknown) => { setFailure(failureOf(error)) }).finally(() => { setBusy(false) })
  }
  return { run, busy, failure, reset: () => { setFailure(null) } }
}

/** Ids of all that match, before anything is changed: a restored item leaves the list, and others leave it meanwhile. */
async function idsOf(api: Api, filter: JsonObject, told: (found: number) => void): Promise<readonly string[]> {
  const all: string[] = []
  for await (const { rows } of everyRow(api, OBJECT, { filter, properties: ['id'], limit: RESTORES_MAX })) {
    all.push(...rows.map(({ id }) => String(id)))
    told(all.length)
  }
  return all
}
