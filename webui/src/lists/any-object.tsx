/** The pages that fit every object of the schema, with the object and its id from the address. */
import { useParams } from '@tanstack/react-router'
import { ObjectFormPage } from '../forms/object-form-page.tsx'
import { ObjectDetailPage } from './object-detail.tsx'
import { ObjectListPage } from './object-list.tsx'

export function AnyList() {
  const { object = '' } = useParams({ strict: false })
  return <ObjectListPage key={object} object={object} />
}

export function AnyNew() {
  const { object = '' } = useParams({ strict: false })
  return <ObjectFormPage key={object} object={object} id={null} />
}

export function AnyDetail() {
  const { object = '', id = '' } = useParams({ strict: false })
  return <ObjectDetailPage key={object + id} object={object} id={id} />
}

export function AnyEdit() {
  const { object = '', id = '' } = useParams({ strict: false })
  return <ObjectFormPage key={object + id} object={object} id={id} />
}
