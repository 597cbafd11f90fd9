/** Brings a deleted account back: its removal is taken from the queue, and the account stands where it was. */
import { Undo2 } from 'lucide-react'
import { useState } from 'react'
import { useMay } from '../../api/context.ts'
import { failureOf, Refused } from '../../api/failure.ts'
import { useDestroy } from '../../api/hooks.ts'
import { keys } from '../../api/keys.ts'
import { useQueryClient } from '@tanstack/react-query'
import { Button } from '../../parts/button.tsx'
import { ConfirmDialog } from '../../parts/confirm-dialog.tsx'
import { toast } from '../../parts/toast.tsx'
import type { Departure } from './departure.ts'
import { useAccountTexts } from './texts.ts'

/** Nothing for who may not, or once the removal has begun. */
export function RecoverButton({ departure, main = false }: { readonly departure: Departure; readonly main?: boolean }) {
  const own = useAccountTexts()
  const may = useMay()
  const client = useQueryClient()
  const destroy = useDestroy('Task')
  const [asking, setAsking] = useState(false)
  const [refused, setRefused] = useState<Refused | null>(null)
  if (departure.state === 'removing' || !may('Task', 'Destroy') || !may('Account', 'Create')) return null
  const error = refused ?? destroy.error
  const recover = () => {
    setRefused(null)
    destroy.mutate([departure.taskId], {
      onSuccess: ([outcome]) => {
        if (outcome?.kind === 'refused') {
          setRefused(new Refused(outcome.error))
          return
        }
        setAsking(false)
        toast({ title: own.departed.recovered(departure.name) })
        void client.invalidateQueries({ queryKey: keys.all('Account') })
      },
    })
  }
  return <>
    <Button kind={main ? 'main' : 'plain'} icon={<Undo2 aria-hidden="true" />} onClick={() => { setAsking(true) }}>{own.departed.recover}</Button>
    <ConfirmDialog
      open={asking} onClose={() => { setAsking(false) }} onConfirm={recover} busy={destroy.isPending} failure={error === null ? null : failureOf(error)}
      title={own.departed.recoverTitle(departure.name)} text={own.departed.recoverText} action={own.departed.recover}
    />
  </>
}
