/** One certificate: how long it is good, who shows it, who cannot read it. */
import { Link, useParams } from '@tanstack/react-router'
import { RefreshCw } from 'lucide-react'
import type { JsonObject } from '../../../../src/base/json.ts'
import { useMay } from '../../api/context.ts'
import type { Row } from '../../api/hooks.ts'
import { useObject, useRows } from '../../api/hooks.ts'
import { ObjectDetailPage } from '../../lists/object-detail.tsx'
import { listAddress, objectAddress } from '../../lists/places.ts'
import { ButtonLink } from '../../parts/button.tsx'
import { Panel } from '../../parts/page.tsx'
import { SimpleTable } from '../../parts/simple-table.tsx'
import { Badge } from '../../parts/status.tsx'
import { Time, useNow } from '../../parts/time.tsx'
import { certificateOf, problemsOn, rivals } from './certificate.ts'
import css from './certificates.module.css'
import { useCertificateTexts } from './texts.ts'
import { Validity } from './validity.tsx'

const OBJECT = 'Certificate'
const ROWS_MAX = 500

export function Page() {
  const { id = '' } = useParams({ strict: false })
  const own = useCertificateTexts()
  const may = useMay()
  return (
    <ObjectDetailPage
      key={id} object={OBJECT} id={id} omit="all" edit={null} destroyText={own.destroyText} titleOf={titleOf}
      actions={may(OBJECT, 'Update') ? <ButtonLink kind="main" icon={<RefreshCw aria-hidden="true" />} to={`${objectAddress(OBJECT, id)}/replace`}>{own.replace}</ButtonLink> : null}
    >
      <Around id={id} />
    </ObjectDetailPage>
  )
}

/** A certificate is known by its first host. */
function titleOf(value: JsonObject): string {
  const { names } = certificateOf(value, 0)
  return names[0] ?? String(value['id'])
}

function Around({ id }: { readonly id: string }) {
  const may = useMay()
  const { data } = useObject(OBJECT, id)
  if (data === undefined || data === null) return null
  return (
    <div className={css['panels']}>
      <div className={css['column']}>
        <Summary row={data} />
        {may('ClusterNode', 'Query') ? <Problems id={id} /> : null}
      </div>
      <div className={css['column']}>
        {may('NetworkListener', 'Query') ? <Listeners /> : null}
        <Rivals row={data} />
      </div>
    </div>
  )
}

function Summary({ row }: { readonly row: Row }) {
  const { summary: t, place } = useCertificateTexts()
  const certificate = certificateOf(row, useNow())
  const { names, issuer, from, until, validity, certificateIn, keyIn } = certificate
  return (
    <Panel title={t.title} actions={<Validity of={certificate} />}>
      <p>{t[validity]}</p>
      <dl className={css['facts']}>
        <div><dt>{t.hosts}</dt><dd>{names.join(', ')}</dd></div>
        <div><dt>{t.from}</dt><dd><Time at={from} /></dd></div>
        <div><dt>{t.until}</dt><dd><Time at={until} /></dd></div>
        <div><dt>{t.issuer}</dt><dd>{issuer}</dd></div>
        <div><dt>{t.certificateIn}</dt><dd>{place[certificateIn] ?? certificateIn}</dd></div>
        <div><dt>{t.keyIn}</dt><dd>{place[keyIn] ?? keyIn}</dd></div>
      </dl>
      {certificateIn === 'Text' ? null : <p className={css['note']}>{t.stale}</p>}
    </Panel>
  )
}

function Problems({ id }: { readonly id: string }) {
  const { problems: t } = useCertificateTexts()
  const { data: nodes } = useRows('ClusterNode', { limit: ROWS_MAX })
  const problems = problemsOn(nodes ?? [], id)
  if (problems.length === 0) return null
  return (
    <Panel title={t.title}>
      <p>{t.text}</p>
      <SimpleTable
        label={t.title} rows={problems} rowKey={({ nodeId }) => nodeId}
        columns={[
          { key: 'node', label: t.node, cell: ({ nodeId, hostname }) => <Link to={objectAddress('ClusterNode', nodeId)}>{hostname}</Link> },
          { key: 'problem', label: t.problem, cell: ({ problem }) => problem },
        ]}
      />
    </Panel>
  )
}

function Listeners() {
  const { listeners: t } = useCertificateTexts()
  const { data } = useRows('NetworkListener', { limit: ROWS_MAX })
  const speaking = (data ?? []).filter(row => row['useTls'] === true)
  return (
    <Panel title={t.title} actions={<Link to={listAddress('NetworkListener')}>{t.all}</Link>}>
      <p>{data !== undefined && speaking.length === 0 ? t.none : t.text}</p>
      <ul className={css['list']}>
        {speaking.map(row => (
          <li key={row.id}>
            <Link to={objectAddress('NetworkListener', row.id)}>{String(row['name'])}</Link> <Badge>{row['tlsImplicit'] === true ? t.implicit : t.starttls}</Badge>
          </li>
        ))}
      </ul>
    </Panel>
  )
}

function Rivals({ row }: { readonly row: Row }) {
  const { rivals: t } = useCertificateTexts()
  const { data } = useRows(OBJECT, { properties: ['subjectAlternativeNames', 'notValidAfter'], limit: ROWS_MAX })
  const found = rivals(row.id, certificateOf(row, useNow()).names, data ?? [])
  if (found.length === 0) return null
  return (
    <Panel title={t.title}>
      <p>{t.text}</p>
      <ul className={css['list']}>
        {found.map(({ id, until, shared }) => <li key={id}><Link to={objectAddress(OBJECT, id)}>{shared.join(', ')}</Link> <span>{t.ends} <Time at={until} /></span></li>)}
      </ul>
    </Panel>
  )
}
