/** What can be brought back. */
import { ObjectListPage } from '../../lists/object-list.tsx'

export function Page() {
  return <ObjectListPage object="ArchivedItem" />
}
