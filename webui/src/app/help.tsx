/** Which keys there are. */
import { Dialog } from '../parts/dialog.tsx'
import { useTexts } from '../texts/language.ts'
import css from './help.module.css'

export function Help({ open, onClose }: { readonly open: boolean; readonly onClose: () => void }) {
  const t = useTexts()
  const k = t.keyboard
  const keys: readonly (readonly [readonly string[], string])[] = [
    [[k.ctrl, 'K'], k.palette], [['?'], k.help], [['g', 'd'], k.goDashboard], [['g', 't'], k.goTasks], [['g', 'f'], k.goFailed], [['g', 'c'], k.goCluster],
    [['/'], k.filter], [['↑', '↓'], k.move], [['Enter'], k.open], [[k.space], k.select], [[k.ctrl, 'A'], k.selectAll], [[k.ctrl, 'S'], k.save],
  ]
  return (
    <Dialog open={open} onClose={onClose} title={k.title} wide>
      <dl className={css['keys']}>
        {keys.map(([pressed, what]) => (
          <div key={what}>
            <dt>{pressed.map(key => <kbd key={key}>{key}</kbd>)}</dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  )
}
