/** What is wrong in the cluster at the moment. */
import { ObjectListPage } from '../../lists/object-list.tsx'

export function Page() {
  return <ObjectListPage object="ClusterFinding" />
}
