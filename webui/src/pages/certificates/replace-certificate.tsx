/** Another certificate and key in the place of one. */
import { useParams } from '@tanstack/react-router'
import { failureOf } from '../../api/failure.ts'
import { useObject } from '../../api/hooks.ts'
import { FailurePanel } from '../../parts/failure-panel.tsx'
import { Page as Frame } from '../../parts/page.tsx'
import { Skeleton } from '../../parts/states.tsx'
import { CertificateForm } from './certificate-form.tsx'
import { useCertificateTexts } from './texts.ts'

export function Page() {
  const { id = '' } = useParams({ strict: false })
  const own = useCertificateTexts()
  const { data, error, refetch } = useObject('Certificate', id)
  if (data !== undefined && data !== null) return <CertificateForm key={id} stored={data} />
  return (
    <Frame title={own.replaceTitle}>
      {error !== null ? <FailurePanel failure={failureOf(error)} onRetry={() => { void refetch() }} />
        : data === null ? <FailurePanel failure={{ kind: 'notFound', detail: null }} /> : <Skeleton lines={8} />}
    </Frame>
  )
}
