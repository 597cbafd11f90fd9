/** Keeps archived items longer than the settings say. */
import { useId, useState } from 'react'
import { browserClock } from '../../api/browser.ts'
import { useUpdateMany } from '../../api/hooks.ts'
import { fromLocalInput } from '../../parts/local-input.ts'
import { Button } from '../../parts/button.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { FailurePanel } from '../../parts/failure-panel.tsx'
import input from '../../parts/input.module.css'
import { useTexts } from '../../texts/language.ts'
import css from './archived-items.module.css'
import { useArchivedTexts } from './texts.ts'
import { useOutcomes } from './use-outcomes.ts'

export function KeepButton({ ids, onDone }: { readonly ids: readonly string[]; readonly onDone: () => void }) {
  const t = useTexts()
  const { keep: own } = useArchivedTexts()
  const update = useUpdateMany('ArchivedItem')
  const field = useId()
  const [open, setOpen] = useState(false)
  const [text, setText] = useState('')
  const [problem, setProblem] = useState<string | null>(null)
  const { failure, clear, onSuccess, onError } = useOutcomes(own.done, () => {
    setOpen(false)
    onDone()
  })
  const save = () => {
    const until = fromLocalInput(text)
    const wrong = until === null ? own.missing : Date.parse(until) <= browserClock.now() ? own.past : null
    setProblem(wrong)
    clear()
    if (until === null || wrong !== null) return
    update.mutate({ ids, patch: { archivedUntil: until } }, { onSuccess, onError })
  }
  return <>
    <Button onClick={() => { clear(); setProblem(null); setOpen(true) }}>{ids.length === 1 ? own.action : own.selected(ids.length)}</Button>
    <Dialog
      open={open} onClose={() => { setOpen(false) }} title={own.title(ids.length)} text={own.text}
      actions={<>
        <Button onClick={() => { setOpen(false) }}>{t.action.cancel}</Button>
        <Button kind="main" busy={update.isPending} disabled={update.isPending} onClick={save}>{t.action.save}</Button>
      </>}
    >
      <label className={input['field']} htmlFor={field}>
        <span>{own.label}</span>
        <input
          id={field} type="datetime-local" step="1" className={input['input']} value={text} aria-invalid={problem !== null} aria-describedby={`${field}-problem`}
          onChange={event => { setText(event.target.value) }}
        />
      </label>
      <p id={`${field}-problem`} className={css['problem']} role="alert">{problem}</p>
      {failure === null ? null : <FailurePanel failure={failure} />}
    </Dialog>
  </>
}
