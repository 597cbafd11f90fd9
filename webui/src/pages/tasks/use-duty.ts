/** Who has a duty right now, as this login may see it. */
import { useMemo } from 'react'
import { useMay } from '../../api/context.ts'
import { useRows } from '../../api/hooks.ts'
import type { DutyHolders } from './duty-holders.ts'
import { dutyHolders } from './duty-holders.ts'

/** Of each, more than a cluster has. */
const ROWS_MAX = 200

/** null: not known yet, or this login may not see nodes. */
export function useDuty(duty: string): DutyHolders | null {
  const may = useMay()
  const nodes = useRows('ClusterNode', { limit: ROWS_MAX })
  const roles = useRows('ClusterRole', { limit: ROWS_MAX })
  const seesNodes = may('ClusterNode', 'Query')
  return useMemo(
    () => nodes.data === undefined || !seesNodes ? null : dutyHolders(duty, nodes.data, roles.data ?? []),
    [duty, nodes.data, roles.data, seesNodes],
  )
}
