/** The address that a deleted account had. */
import { useObject } from '../../api/hooks.ts'
import type { Departure } from './departure.ts'

export function DepartedName({ of: { name, domainId } }: { readonly of: Departure }) {
  return domainId === null ? name : <WithDomain name={name} domainId={domainId} />
}

export function WithDomain({ name, domainId }: { readonly name: string; readonly domainId: string }) {
  const { data } = useObject('Domain', domainId, ['name'])
  return typeof data?.['name'] === 'string' ? `${name}@${data['name']}` : name
}
