/** How many objects match, leading to the list of just those. */
import { Link } from '@tanstack/react-router'
import type { JsonObject } from '../../../src/base/json.ts'
import { useCount } from '../api/hooks.ts'
import { Count } from './amounts.tsx'

/** `filter` holds values of one kind of filter each, which are those of the address too. `label`: what is counted, for screen readers. */
export function CountedLink({ object, filter, at, label }: {
  readonly object: string
  readonly filter: JsonObject
  /** The list. */
  readonly at: string
  readonly label: string
}) {
  const { data } = useCount(object, filter)
  const query = new URLSearchParams(Object.entries(filter).map(([field, value]): [string, string] => [`f.${field}`, String(value)]))
  return (
    <Link to={`${at}?${query.toString()}`}>
      <span className="unseen">{label} </span>
      {data === undefined ? '…' : <Count value={data} />}
    </Link>
  )
}
