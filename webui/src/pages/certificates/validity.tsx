/** How long a certificate is still good, in words and with a sign. */
import type { Tone } from '../../parts/status.tsx'
import { Status } from '../../parts/status.tsx'
import type { Certificate, Validity as Kind } from './certificate.ts'
import { useCertificateTexts } from './texts.ts'

const TONES: Readonly<Record<Kind, Tone>> = { good: 'good', soon: 'warn', over: 'bad', future: 'paused' }

export function Validity({ of: { validity, daysLeft } }: { readonly of: Certificate }) {
  const { state } = useCertificateTexts()
  return <Status tone={TONES[validity]}>{state[validity](daysLeft)}</Status>
}
