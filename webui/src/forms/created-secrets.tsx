/** What the server tells once, when an object is created: a key, a password. It is gone when the dialog is closed. */
import type { Row } from '../api/hooks.ts'
import { Button } from '../parts/button.tsx'
import { CopyId } from '../parts/copy-id.tsx'
import { Dialog } from '../parts/dialog.tsx'
import { wordsOf } from '../lists/words.ts'
import { useTexts } from '../texts/language.ts'

export function CreatedSecrets({ row, onClose }: { readonly row: Row; readonly onClose: () => void }) {
  const t = useTexts()
  return (
    <Dialog open title={t.form.once} text={t.form.onceText} actions={<Button kind="main" onClick={onClose}>{t.form.onceKept}</Button>}>
      <dl>
        {Object.entries(row).filter(([name]) => name !== 'id').map(([name, value]) => (
          <div key={name}><dt>{wordsOf(name)}</dt><dd><CopyId id={typeof value === 'string' ? value : JSON.stringify(value)} /></dd></div>
        ))}
      </dl>
    </Dialog>
  )
}
