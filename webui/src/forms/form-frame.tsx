/**
 * Around the fields of a form: the offer of a draft, the summary of what is wrong, the bar with the buttons, and the
 * question before somebody leaves with changes that are not saved. After a refusal the first marked field has the focus.
 *
 *   open ──the button, Enter, Ctrl-S──► busy ──not wanted, refused──► open
 *                                         ├──an object was changed──► open
 *                                         └──an object was made──► made: a second one needs a form of its own
 *
 * Whoever asks while it is busy or made, with a key that repeats as well, asks for nothing more.
 */
import { useBlocker } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useEffect, useEffectEvent, useRef, useState } from 'react'
import type { JsonObject } from '../../../src/base/json.ts'
import type { Row } from '../api/hooks.ts'
import { useServer } from '../api/context.ts'
import { Button } from '../parts/button.tsx'
import { Dialog } from '../parts/dialog.tsx'
import { FailurePanel } from '../parts/failure-panel.tsx'
import { useTexts } from '../texts/language.ts'
import { EditorsContext } from './editor.tsx'
import { EDITORS } from './editors.tsx'
import css from './form-frame.module.css'
import { focusFirst, Marked } from './marked.tsx'
import type { Form } from './use-form.ts'

export function FormFrame({ form, confirm, onSaved, onCancel, action, children }: {
  readonly form: Form
  /** Asked before what can be saved is saved; false: it is not. */
  readonly confirm?: () => Promise<boolean>
  readonly onSaved: (row: Row) => void
  readonly onCancel?: () => void
  /** What the button says; Save or Create when left out. */
  readonly action?: string
  readonly children: ReactNode
}) {
  const t = useTexts()
  const { login } = useServer()
  const element = useRef<HTMLFormElement>(null)
  const phase = useRef<'open' | 'busy' | 'made'>('open')
  const [busy, setBusy] = useState(false)
  const [refusals, setRefusals] = useState(0)
  /** The value that was saved last: the form may be left before it is shown as saved, and asks again when more is typed. */
  const saved = useRef<JsonObject | null>(null)
  const { problems, failure, dirty, draft } = form
  const idle = form.id !== null && !dirty
  // A login page is no way to lose anything: the draft waits in the tab.
  const held = () => dirty && saved.current !== form.value && phase.current !== 'made' && login.state === 'signedIn'
  const blocker = useBlocker({ shouldBlockFn: held, enableBeforeUnload: held, withResolver: true })
  useEffect(() => {
    if (refusals > 0) focusFirst(element.current)
  }, [refusals])
  /** false: there is something to mend. */
  const save = async (): Promise<boolean> => {
    if (!form.check()) return false
    if (confirm !== undefined && !await confirm()) return true
    const row = await form.save()
    if (row === null) return false
    saved.current = form.value
    if (form.id === null) phase.current = 'made'
    onSaved(row)
    return true
  }
  const submit = async () => {
    if (phase.current !== 'open' || idle) return
    phase.current = 'busy'
    setBusy(true)
    try {
      if (!await save()) setRefusals(count => count + 1)
    } finally {
      if (phase.current === 'busy') phase.current = 'open'
      setBusy(false)
    }
  }
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (event.key !== 's' || !(event.ctrlKey || event.metaKey)) return
    event.preventDefault()
    void submit()
  })
  useEffect(() => {
    addEventListener('keydown', onKey)
    return () => { removeEventListener('keydown', onKey) }
  }, [])
  return (
    <form
      ref={element} className={css['form']} noValidate
      onSubmit={event => {
        event.preventDefault()
        void submit()
      }}
    >
      <EditorsContext value={EDITORS}>
      {draft === null ? null : (
        <div className={css['draft']} role="status">
          <span>{t.form.draft}</span>
          <Button onClick={form.takeDraft}>{t.form.draftRestore}</Button>
          <Button kind="quiet" onClick={form.dropDraft}>{t.form.draftDiscard}</Button>
        </div>
      )}
      {failure === null ? null : <FailurePanel failure={failure} next={failure.kind === 'refused' && problems.size > 0 ? t.form.refusedNext : undefined} />}
      {children}
      <footer className={css['bar']}>
        <Button type="submit" kind="main" busy={busy} disabled={busy || idle}>
          {action ?? (form.id === null ? t.action.create : t.action.save)}
        </Button>
        {onCancel === undefined ? null : <Button onClick={onCancel}>{t.action.cancel}</Button>}
        {dirty && form.id !== null ? <Button kind="quiet" onClick={form.reset}>{t.action.discard}</Button> : null}
        <div className={css['state']} aria-live="polite">
          {problems.size > 0 ? <Marked form={form} within={element} /> : dirty && form.id !== null ? t.form.unsavedMark : ''}
        </div>
      </footer>
      <Dialog
        open={blocker.status === 'blocked'} title={t.form.unsavedTitle} text={t.form.unsaved} onClose={() => { blocker.reset?.() }}
        actions={<>
          <Button onClick={() => { blocker.reset?.() }}>{t.form.stay}</Button>
          <Button kind="danger" onClick={() => { form.dropDraft(); blocker.proceed?.() }}>{t.form.leave}</Button>
        </>}
      />
      </EditorsContext>
    </form>
  )
}
