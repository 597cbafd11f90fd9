/** Which columns a list shows, and the way back to how it was made. */
import { Columns3, RotateCcw } from 'lucide-react'
import { useTexts } from '../texts/language.ts'
import { Button } from './button.tsx'
import type { ColumnModel } from './column-model.ts'
import { columnOf } from './column-model.ts'
import { Menu } from './menu.tsx'

export function ColumnsMenu({ model: { table, shown, reset } }: { readonly model: ColumnModel }) {
  const t = useTexts()
  const checks = table.getAllLeafColumns().map(leaf => {
    const checked = leaf.getIsVisible()
    return {
      key: leaf.id,
      label: columnOf(leaf).label,
      checked,
      // A list without columns would have nothing to show.
      disabled: checked && shown.length === 1,
      change: (to: boolean) => { leaf.toggleVisibility(to) },
    }
  })
  return (
    <Menu
      trigger={<Button kind="quiet" icon={<Columns3 aria-hidden="true" />}>{t.list.columns}</Button>}
      checks={checks} actions={[{ label: t.list.columnsReset, icon: <RotateCcw aria-hidden="true" />, run: reset }]}
    />
  )
}
