/** How far the removal of a deleted account is: `words` are those of the list, or those of its page. */
import type { Tone } from '../../parts/status.tsx'
import { Status } from '../../parts/status.tsx'
import type { Departure } from './departure.ts'

const TONES: Readonly<Record<Departure['state'], Tone>> = { waits: 'paused', removing: 'busy', failed: 'bad' }

export function DepartureStatus({ state, words }: { readonly state: Departure['state']; readonly words: Readonly<Record<Departure['state'], string>> }) {
  return <Status tone={TONES[state]}>{words[state]}</Status>
}
