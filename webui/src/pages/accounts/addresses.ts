/** Addresses that the pages of accounts lead to. */
import { listAddress } from '../../lists/places.ts'

export function editAddress(id: string): string {
  return `/manage/o/Account/${encodeURIComponent(id)}/edit`
}

/** The list of an object, only what belongs to the account. */
export function ownedBy(object: string, accountId: string): string {
  return `${listAddress(object)}?${new URLSearchParams({ 'f.accountId': accountId }).toString()}`
}
