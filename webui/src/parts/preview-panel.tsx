/** What a change would do, before it is saved: as the server foretells it. */
import type { ReactNode } from 'react'
import { failureOf } from '../api/failure.ts'
import type { Asked } from '../api/use-preview.ts'
import { useTexts } from '../texts/language.ts'
import { FailurePanel } from './failure-panel.tsx'
import { Panel } from './page.tsx'
import css from './preview-panel.module.css'
import { Warning } from './warning.tsx'

/** `refused`: why the server would refuse the change; null: it would take it. */
export function PreviewPanel<T extends { readonly refused: string | null }>({ asked: { preview, asking, error }, changed, noChange, children }: {
  readonly asked: Asked<T>
  /** There is something to tell of. */
  readonly changed: boolean
  readonly noChange: string
  readonly children: (preview: T) => ReactNode
}) {
  const { preview: t } = useTexts()
  return (
    <Panel title={t.title}>
      <div aria-live="polite" aria-busy={asking}>
        {error !== null && changed ? <FailurePanel failure={failureOf(error)} />
          : !changed ? <p className={css['soft']}>{noChange}</p>
          : preview === null ? <p className={css['soft']}>{t.looking}</p>
          : preview.refused !== null ? <Warning bad>{t.refused} <span lang="en">{preview.refused}</span></Warning>
          : children(preview)}
      </div>
    </Panel>
  )
}
