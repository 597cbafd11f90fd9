/** All tasks that wait, run or have failed. */
import { ObjectListPage } from '../../lists/object-list.tsx'

export function Page() {
  return <ObjectListPage object="Task" />
}
