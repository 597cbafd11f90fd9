/** Tasks that are not tried again. */
import { ObjectListPage } from '../../lists/object-list.tsx'

export function Page() {
  return <ObjectListPage object="Task" view="TaskFailed" />
}
