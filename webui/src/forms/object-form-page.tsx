/** Create (`id` null) or change one object of any kind with the form that its schema gives. */
import { Page } from '../parts/page.tsx'
import { useModel } from '../api/context.ts'
import { useTexts } from '../texts/language.ts'
import { ObjectDetailPage } from '../lists/object-detail.tsx'

export function ObjectFormPage({ object, id }: { readonly object: string; readonly id: string | null }) {
  const t = useTexts()
  const model = useModel()
  if (id !== null) return <ObjectDetailPage object={object} id={id} />
  return <Page title={t.list.create(model.list(object)?.singularName ?? object)}>{null}</Page>
}
