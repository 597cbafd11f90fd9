/** What is kept, and for how long. */
import { ObjectDetailPage } from '../../lists/object-detail.tsx'

export function Page() {
  return <ObjectDetailPage object="DataRetention" id="singleton" />
}
