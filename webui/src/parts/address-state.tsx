/** What an address of a listener does on one node, and why not. */
import type { NodeAddress } from '../api/cluster.ts'
import { pageTexts } from '../texts/language.ts'
import { Status } from './status.tsx'
import type { Tone } from './status.tsx'
import { Time } from './time.tsx'
import css from './address-state.module.css'

const useStateTexts = pageTexts<Readonly<Record<string, string>>>({
  en: { starting: 'Starting', up: 'Up', failed: 'Failed', draining: 'Closing', unsupported: 'Not served' },
  de: { starting: 'Startet', up: 'Offen', failed: 'Fehlgeschlagen', draining: 'Schließt', unsupported: 'Nicht bedient' },
})
const TONES: Readonly<Record<string, Tone>> = { starting: 'busy', up: 'good', failed: 'bad', draining: 'paused', unsupported: 'warn' }

export function AddressState({ address: { state, error, since } }: { readonly address: Pick<NodeAddress, 'state' | 'error' | 'since'> }) {
  const t = useStateTexts()
  return (
    <span className={css['state']}>
      <Status tone={TONES[state] ?? 'idle'}>{t[state] ?? state}</Status>
      {error === null ? null : <span className={css['why']} lang="en">{error}</span>}
      <span className={css['since']}><Time at={since} relative /></span>
    </span>
  )
}
