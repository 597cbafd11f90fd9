/** Domains of the accounts. */
import { ObjectListPage } from '../../lists/object-list.tsx'

export function Page() {
  return <ObjectListPage object="Domain" />
}
