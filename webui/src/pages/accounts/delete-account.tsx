/** Asks before an account is deleted, and says what becomes of its data and until when it can come back. */
import { useState } from 'react'
import { Link } from '@tanstack/react-router'
import { failureOf, Refused } from '../../api/failure.ts'
import type { Row } from '../../api/hooks.ts'
import { useDestroy } from '../../api/hooks.ts'
import { ConfirmDialog } from '../../parts/confirm-dialog.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { useTexts } from '../../texts/language.ts'
import { useKeptFor } from './kept-for.ts'
import { useAccountTexts } from './texts.ts'

/** `own`: it is the account of this login. */
export function DeleteAccount({ account, own, open, onClose }: { readonly account: Row; readonly own: boolean; readonly open: boolean; readonly onClose: () => void }) {
  const t = useTexts()
  const words = useAccountTexts()
  const kept = useKeptFor()
  const destroy = useDestroy('Account')
  const [refused, setRefused] = useState<Refused | null>(null)
  const address = String(account['emailAddress'])
  const error = refused ?? destroy.error
  if (own) return <Dialog open={open} onClose={onClose} title={words.destroyTitle(address)} text={words.destroyOwn} />
  const remove = () => {
    setRefused(null)
    // Afterwards the page of this account says how it can come back.
    destroy.mutate([account.id], { onSuccess: ([outcome]) => { if (outcome?.kind === 'refused') setRefused(new Refused(outcome.error)) } })
  }
  return (
    <ConfirmDialog
      open={open} onClose={onClose} onConfirm={remove} danger busy={destroy.isPending} failure={error === null ? null : failureOf(error)}
      title={words.destroyTitle(address)} action={t.action.destroy} word={address}
      text={<>{kept === undefined ? '' : words.destroyOne(kept)} <Link to="/settings/retention">{words.retentionLink}</Link></>}
    />
  )
}
