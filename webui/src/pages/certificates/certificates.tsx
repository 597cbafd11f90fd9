/** All certificates: for which hosts, for how long, from where. */
import { Link } from '@tanstack/react-router'
import { useMemo } from 'react'
import { useRows } from '../../api/hooks.ts'
import { ObjectListPage } from '../../lists/object-list.tsx'
import { objectAddress } from '../../lists/places.ts'
import type { Column } from '../../parts/column-model.ts'
import { Status } from '../../parts/status.tsx'
import { Time, useNow } from '../../parts/time.tsx'
import { useTexts } from '../../texts/language.ts'
import { certificateOf, problemsOn } from './certificate.ts'
import { useCertificateTexts } from './texts.ts'
import { Validity } from './validity.tsx'

const NODES_MAX = 500
const NAMES_SHOWN = 3

export function Page() {
  const t = useTexts()
  const own = useCertificateTexts()
  const nowMs = useNow()
  const { data: nodes } = useRows('ClusterNode', { limit: NODES_MAX })
  const columns = useMemo((): readonly Column[] => [
    {
      key: 'names', label: own.column.names, width: 'minmax(220px, 2fr)',
      cell: row => {
        const { names } = certificateOf(row, nowMs)
        const more = names.length - NAMES_SHOWN
        return <Link to={objectAddress('Certificate', row.id)}>{names.length === 0 ? row.id : names.slice(0, NAMES_SHOWN).join(', ')}{more > 0 ? ` ${own.andMore(more)}` : ''}</Link>
      },
    },
    {
      key: 'state', label: own.column.state, width: 'minmax(180px, 1fr)',
      cell: row => problemsOn(nodes ?? [], row.id).length === 0 ? <Validity of={certificateOf(row, nowMs)} /> : <Status tone="bad">{own.problems.title}</Status>,
    },
    { key: 'until', label: own.column.until, cell: row => <Time at={certificateOf(row, nowMs).until} /> },
    { key: 'issuer', label: own.column.issuer, cell: row => certificateOf(row, nowMs).issuer },
    { key: 'place', label: own.column.place, cell: row => { const { keyIn } = certificateOf(row, nowMs); return own.place[keyIn] ?? keyIn } },
  ], [own, nowMs, nodes])
  return <ObjectListPage object="Certificate" title={t.nav.certificates} subtitle={own.subtitle} columns={columns} destroyText={own.destroyText} />
}
