/** Roles of the nodes. */
import { ObjectListPage } from '../../lists/object-list.tsx'

export function Page() {
  return <ObjectListPage object="ClusterRole" />
}
