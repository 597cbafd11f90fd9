/** Asks before an account is deleted, and says what becomes of its data and until when it can come back. */
import { Link } from '@tanstack/react-router'
import type { Row } from '../../api/hooks.ts'
import { useDestroyOne, useFailure } from '../../api/hooks.ts'
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
  const destroy = useDestroyOne('Account')
  const failure = useFailure(destroy.error)
  const address = String(account['emailAddress'])
  if (own) return <Dialog open={open} onClose={onClose} title={words.destroyTitle(address)} text={words.destroyOwn} />
  // Afterwards the page of this account says how it can come back.
  const remove = () => { destroy.mutate(account.id) }
  return (
    <ConfirmDialog
      open={open} onClose={onClose} onConfirm={remove} danger busy={destroy.isPending} failure={failure}
      title={words.destroyTitle(address)} action={t.action.destroy} word={address}
      text={<>{kept === undefined ? '' : words.destroyOne(kept)} <Link to="/settings/retention">{words.retentionLink}</Link></>}
    />
  )
}
