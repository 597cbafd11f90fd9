/** Certificates of the listeners. */
import { ObjectListPage } from '../../lists/object-list.tsx'

export function Page() {
  return <ObjectListPage object="Certificate" />
}
