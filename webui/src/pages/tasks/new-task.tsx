/** A new task of any variant that may be created. */
import { ObjectFormPage } from '../../forms/object-form-page.tsx'

export function Page() {
  return <ObjectFormPage object="Task" id={null} />
}
