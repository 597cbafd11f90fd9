/** One key: what for, what it may do, until when and from where. */
import { useState } from 'react'
import { browserClock } from '../../api/browser.ts'
import { useMay } from '../../api/context.ts'
import type { Row } from '../../api/hooks.ts'
import { Field } from '../../forms/field.tsx'
import { FormFrame } from '../../forms/form-frame.tsx'
import { useForm } from '../../forms/use-form.ts'
import { ObjectFields } from '../../lists/object-detail.tsx'
import { Button } from '../../parts/button.tsx'
import { Panel } from '../../parts/page.tsx'
import { toast } from '../../parts/toast.tsx'
import { Warning } from '../../parts/warning.tsx'
import css from './api-keys.module.css'
import { CreatedKey } from './created-key.tsx'
import { inDays, rightsOf } from './key.ts'
import { useKeyTexts } from './texts.ts'

const OBJECT = 'ApiKey'
/** Left out it is one's own. */
const OPTIONAL = ['accountId']
const DAYS = [30, 90, 365] as const

export function KeyEditor({ stored, onDone }: { readonly stored: Row | null; readonly onDone: () => void }) {
  const t = useKeyTexts()
  const may = useMay()
  const form = useForm({ object: OBJECT, id: stored?.id ?? null, optional: OPTIONAL, ...(stored === null ? {} : { stored }) })
  const [secret, setSecret] = useState<string | null>(null)
  if (stored !== null && !may(OBJECT, 'Update')) return <><p className={css['soft']}>{t.readOnly}</p><ObjectFields object={OBJECT} value={stored} /></>
  const end = form.value['expiresAt']
  return (
    <div className={css['form']}>
      <FormFrame
        form={form}
        onSaved={row => {
          if (typeof row['secret'] === 'string' && stored === null) setSecret(row['secret'])
          else {
            toast({ title: t.saved })
            onDone()
          }
        }}
      >
        <Panel title={t.program}>
          <div className={css['fields']}>
            <Field form={form} path={['description']} />
            <Field form={form} path={['accountId']} optional />
          </div>
        </Panel>
        <Panel title={t.rights}>
          <p className={css['help']}>{t.rightsHelp}</p>
          <div className={css['fields']}>
            <Field form={form} path={['permissions']} />
            {rightsOf(form.value['permissions']).kind === 'inherit' ? <Warning>{t.warnInherit}</Warning> : null}
          </div>
        </Panel>
        <Panel title={t.limits}>
          <p className={css['help']}>{t.limitsHelp}</p>
          <div className={css['fields']}>
            <Field form={form} path={['expiresAt']} />
            <div className={css['row']} role="group" aria-label={t.ends}>
              {DAYS.map(days => <Button key={days} kind="quiet" onClick={() => { form.set(['expiresAt'], inDays(days, browserClock.now())) }}>{t.days(days)}</Button>)}
              <Button kind="quiet" onClick={() => { form.set(['expiresAt'], stored === null ? undefined : null) }}>{t.never}</Button>
            </div>
            {end === undefined || end === null ? <Warning>{t.warnNoEnd}</Warning> : null}
            <Field form={form} path={['allowedIps']} />
          </div>
        </Panel>
      </FormFrame>
      {secret === null ? null : <CreatedKey secret={secret} onClose={() => { setSecret(null); onDone() }} />}
    </div>
  )
}
