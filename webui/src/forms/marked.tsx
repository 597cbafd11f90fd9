/** What has to be changed before a form can be saved: each entry leads to its place, and what the form shows nowhere is said here. */
import type { RefObject } from 'react'
import { useSyncExternalStore } from 'react'
import { useTexts } from '../texts/language.ts'
import css from './form-frame.module.css'
import { pathOf } from './path.ts'
import { labelsAt } from './place.ts'
import { useProblemText } from './problem-text.ts'
import { fieldAt } from './shape.ts'
import type { Form } from './use-form.ts'

/** More than fit beside the buttons; the rest is marked where it stands. */
const SHOWN_MAX = 5
const CONTROLS = ':is(input,select,textarea,button):enabled'
const UNKNOWN = { type: 'string', format: 'string' } as const

export function Marked({ form, within }: { readonly form: Form; readonly within: RefObject<HTMLElement | null> }) {
  const t = useTexts()
  const textOf = useProblemText()
  const { problems, model, object, value } = form
  const missing = useSyncExternalStore(
    changed => watch(within.current, changed),
    () => JSON.stringify([...problems.keys()].filter(at => placeAt(within.current, at) === null)),
  )
  const nowhere = new Set(JSON.parse(missing) as string[])
  return (
    <div className={css['marked']}>
      <strong>{t.form.summary(problems.size)}</strong>
      <ul>
        {[...problems].slice(0, SHOWN_MAX).map(([at, problem]) => {
          const path = pathOf(at)
          const label = labelsAt(model, object, value, path, t.form.entry).join(' › ')
          return (
            <li key={at}>
              {nowhere.has(at) ? `${label}: ${textOf(problem, fieldAt(model, object, value, path)?.type ?? UNKNOWN)}`
                : <button type="button" className={css['toField']} onClick={() => { focusPlace(placeAt(within.current, at)) }}>{label}</button>}
            </li>
          )
        })}
      </ul>
    </div>
  )
}

/** Whenever a place of the form has come or gone. */
function watch(form: HTMLElement | null, changed: () => void): () => void {
  const observer = new MutationObserver(changed)
  if (form) observer.observe(form, { childList: true, subtree: true })
  return () => { observer.disconnect() }
}

/** The first place that is marked, as the form stands on the page. */
export function focusFirst(form: HTMLElement | null): void {
  focusPlace(form?.querySelector<HTMLElement>('[data-problem]') ?? form)
}

function placeAt(form: HTMLElement | null, pointer: string): HTMLElement | null {
  return form?.querySelector<HTMLElement>(`[data-field="${CSS.escape(pointer)}"]`) ?? null
}

/** A group has no control of its own: its first one stands for it. */
function focusPlace(place: HTMLElement | null): void {
  const control = place?.querySelector<HTMLElement>('[aria-invalid="true"]') ?? (place?.matches('[data-problem]') === true ? place.querySelector<HTMLElement>(CONTROLS) : null)
  control?.focus()
}
