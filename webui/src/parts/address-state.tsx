/** What an address of a listener does on one node, and why not. */
import type { NodeAddress } from '../api/cluster.ts'
import { useAddressTexts } from '../texts/addresses.ts'
import { Status } from './status.tsx'
import type { Tone } from './status.tsx'
import { Time } from './time.tsx'
import css from './address-state.module.css'

const TONES: Readonly<Record<string, Tone>> = { starting: 'busy', up: 'good', failed: 'bad', draining: 'paused', unsupported: 'warn' }

export function AddressState({ address: { state, error, since } }: { readonly address: Pick<NodeAddress, 'state' | 'error' | 'since'> }) {
  const t = useAddressTexts()
  return (
    <span className={css['state']}>
      <Status tone={TONES[state] ?? 'idle'}>{t[state] ?? state}</Status>
      {error === null ? null : <span className={css['why']} lang="en">{error}</span>}
      <span className={css['since']}><Time at={since} relative /></span>
    </span>
  )
}
