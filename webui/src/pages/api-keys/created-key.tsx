/** The key, once: it is gone when the dialog is closed, so it closes by its button alone. */
import { Check, Copy } from 'lucide-react'
import { useState } from 'react'
import { Button } from '../../parts/button.tsx'
import { copyText } from '../../parts/copy-text.ts'
import { Dialog } from '../../parts/dialog.tsx'
import { useTexts } from '../../texts/language.ts'
import css from './api-keys.module.css'
import { useKeyTexts } from './texts.ts'

export function CreatedKey({ secret, onClose }: { readonly secret: string; readonly onClose: () => void }) {
  const t = useKeyTexts()
  const common = useTexts()
  const [copied, setCopied] = useState(false)
  const copy = async () => {
    await copyText(secret)
    setCopied(true)
  }
  return (
    <Dialog open wide title={t.shownTitle} text={t.shownText} actions={<Button kind={copied ? 'main' : 'plain'} onClick={onClose}>{t.copied}</Button>}>
      <div className={css['key']}>
        <textarea className={css['secret']} aria-label={t.key} readOnly rows={3} value={secret} spellCheck={false} onFocus={event => { event.target.select() }} />
        <p>
          <Button kind={copied ? 'plain' : 'main'} icon={copied ? <Check aria-hidden="true" /> : <Copy aria-hidden="true" />} onClick={() => { void copy() }}>
            {copied ? common.action.copied : common.action.copy}
          </Button>
        </p>
        <p className={css['soft']}>{t.use} <code>{t.header}</code></p>
      </div>
    </Dialog>
  )
}
