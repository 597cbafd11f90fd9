/** Upkeep of one account that people start by hand: each is a task, whose page tells how it goes. */
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useMay, useModel, useServer } from '../../api/context.ts'
import { failureOf } from '../../api/failure.ts'
import { useSave } from '../../api/hooks.ts'
import { objectAddress } from '../../lists/places.ts'
import { Button } from '../../parts/button.tsx'
import { ConfirmDialog } from '../../parts/confirm-dialog.tsx'
import { FailurePanel } from '../../parts/failure-panel.tsx'
import { Panel } from '../../parts/page.tsx'
import { toast } from '../../parts/toast.tsx'
import css from './account-detail.module.css'
import { useAccountTexts } from './texts.ts'

/** What they do cannot be taken back. */
const ASKED: readonly string[] = ['purge', 'recalculateImapUid']

export function MaintenancePanel({ accountId, address }: { readonly accountId: string; readonly address: string }) {
  const { maintenance: t } = useAccountTexts()
  const model = useModel()
  const may = useMay()
  const { account: { permissions } } = useServer()
  const navigate = useNavigate()
  const save = useSave('Task')
  const [asking, setAsking] = useState<{ readonly name: string; readonly label: string } | null>(null)
  const allowed = may('Task', 'Create') && permissions.has('taskAccountMaintenance')
  const start = (maintenanceType: string) => {
    save.mutate({ create: { '@type': 'AccountMaintenance', accountId, maintenanceType } }, {
      onSuccess: ({ id }) => {
        toast({ title: t.started })
        void navigate({ to: objectAddress('Task', id) })
      },
    })
  }
  const failure = save.error === null ? null : failureOf(save.error)
  return (
    <Panel title={t.title}>
      {allowed ? null : <p className={css['note']}>{t.forbidden}</p>}
      {failure !== null && asking === null ? <FailurePanel failure={failure} /> : null}
      <ul className={css['actions']}>
        {model.enum('TaskAccountMaintenanceType').map(({ name, label, explanation }) => (
          <li key={name}>
            <div className={css['what']}>
              <h3>{label}</h3>
              <p>{t.text[name] ?? explanation}</p>
            </div>
            {allowed ? (
              <Button
                disabled={save.isPending} aria-label={t.startOf(label)}
                onClick={() => { if (ASKED.includes(name)) setAsking({ name, label }); else start(name) }}
              >{t.start}</Button>
            ) : null}
          </li>
        ))}
      </ul>
      <ConfirmDialog
        open={asking !== null} onClose={() => { setAsking(null) }} busy={save.isPending} failure={failure}
        title={asking === null ? '' : t.ask(asking.label, address)} text={asking === null ? undefined : t.text[asking.name]} action={t.start}
        onConfirm={() => { if (asking !== null) start(asking.name) }}
      />
    </Panel>
  )
}
