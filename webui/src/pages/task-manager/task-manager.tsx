/** How failed tasks are tried again. */
import { ObjectDetailPage } from '../../lists/object-detail.tsx'

export function Page() {
  return <ObjectDetailPage object="TaskManager" id="singleton" />
}
