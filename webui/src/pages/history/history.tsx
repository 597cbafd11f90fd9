/** Runs of tasks that have ended. */
import { ObjectListPage } from '../../lists/object-list.tsx'

export function Page() {
  return <ObjectListPage object="TaskRun" />
}
