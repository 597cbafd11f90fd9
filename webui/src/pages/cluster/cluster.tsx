/** The nodes of the cluster. */
import { ObjectListPage } from '../../lists/object-list.tsx'

export function Page() {
  return <ObjectListPage object="ClusterNode" />
}
