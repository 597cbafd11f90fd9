/** A new certificate. */
import { CertificateForm } from './certificate-form.tsx'

export function Page() {
  return <CertificateForm stored={null} />
}
