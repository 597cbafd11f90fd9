/** A certificate and its key, new or in place of another: typed, or taken out of files. */
import { useNavigate } from '@tanstack/react-router'
import { useId, useState } from 'react'
import type { Row } from '../../api/hooks.ts'
import { Field } from '../../forms/field.tsx'
import { FormFrame } from '../../forms/form-frame.tsx'
import { useForm } from '../../forms/use-form.ts'
import { listAddress, objectAddress } from '../../lists/places.ts'
import { Page as Frame, Panel } from '../../parts/page.tsx'
import { toast } from '../../parts/toast.tsx'
import { useTexts } from '../../texts/language.ts'
import css from './certificates.module.css'
import { pemOf } from './pem.ts'
import { useCertificateTexts } from './texts.ts'

const OBJECT = 'Certificate'
/** A chain of certificates is some thousand characters. */
const FILE_BYTES_MAX = 1_000_000

/** `stored` null: a new one. */
export function CertificateForm({ stored }: { readonly stored: Row | null }) {
  const t = useTexts()
  const own = useCertificateTexts()
  const navigate = useNavigate()
  const form = useForm(stored === null ? { object: OBJECT, id: null } : { object: OBJECT, id: stored.id, stored })
  const take = (certificate: string | null, privateKey: string | null) => {
    form.set([], {
      ...form.value,
      ...certificate === null ? {} : { certificate: { '@type': 'Text', value: certificate } },
      ...privateKey === null ? {} : { privateKey: { '@type': 'Text', secret: privateKey } },
    })
  }
  return (
    <Frame title={stored === null ? own.create : own.replaceTitle} subtitle={stored === null ? own.createText : own.replaceText}>
      <FormFrame
        form={form} onCancel={() => { void navigate({ to: stored === null ? listAddress(OBJECT) : objectAddress(OBJECT, stored.id) }) }}
        onSaved={({ id }) => {
          toast({ title: stored === null ? t.form.created : t.form.saved })
          void navigate({ to: objectAddress(OBJECT, id) })
        }}
      >
        <Panel title={own.upload.label}><Upload onRead={take} /></Panel>
        <Panel>
          <div className={css['fields']}>
            <Field form={form} path={['certificate']} />
            <Field form={form} path={['privateKey']} />
          </div>
        </Panel>
      </FormFrame>
    </Frame>
  )
}

function Upload({ onRead }: { readonly onRead: (certificate: string | null, privateKey: string | null) => void }) {
  const { upload: t } = useCertificateTexts()
  const id = useId()
  const [told, setTold] = useState('')
  const read = async (files: readonly File[]) => {
    if (files.some(({ size }) => size > FILE_BYTES_MAX)) {
      setTold(t.tooLarge)
      return
    }
    try {
      const { certificate, privateKey } = pemOf(await Promise.all(files.map(file => file.text())))
      onRead(certificate, privateKey)
      setTold(t.took(certificate !== null, privateKey !== null))
    } catch {
      // The file was moved or changed since it was chosen.
      setTold(t.unreadable)
    }
  }
  return (
    <div className={css['upload']}>
      <input id={id} type="file" multiple accept=".pem,.crt,.cer,.key" aria-label={t.label} aria-describedby={`${id}-hint`} onChange={event => { void read([...event.target.files ?? []]) }} />
      <p id={`${id}-hint`} className={css['note']}>{t.hint}</p>
      <p role="status">{told}</p>
    </div>
  )
}
