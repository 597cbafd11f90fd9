/** An id, short enough for its place, with a button that copies all of it. */
import { Check, Copy } from 'lucide-react'
import { useState } from 'react'
import { browserClock } from '../api/browser.ts'
import { useTexts } from '../texts/language.ts'
import { Button } from './button.tsx'
import { copyText } from './copy-text.ts'
import css from './copy-id.module.css'

const SHOWN_MS = 1_500

export function CopyId({ id }: { readonly id: string }) {
  const t = useTexts()
  const [copied, setCopied] = useState(false)
  const copy = async () => {
    await copyText(id)
    setCopied(true)
    browserClock.after(SHOWN_MS, () => { setCopied(false) })
  }
  return (
    <span className={css['id']}>
      <code>{id}</code>
      <Button kind="quiet" iconOnly icon={copied ? <Check aria-hidden="true" /> : <Copy aria-hidden="true" />} onClick={() => { void copy() }}>
        {copied ? t.action.copied : `${t.action.copy} ${id}`}
      </Button>
    </span>
  )
}
