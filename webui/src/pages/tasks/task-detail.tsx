/** One task. */
import { useParams } from '@tanstack/react-router'
import { ObjectDetailPage } from '../../lists/object-detail.tsx'

export function Page() {
  const { id = '' } = useParams({ strict: false })
  return <ObjectDetailPage object="Task" id={id} />
}
