/** States of an address of a listener, as a node tells them. */
import { pageTexts } from './language.ts'

export const useAddressTexts = pageTexts<Readonly<Record<string, string>>>({
  en: { starting: 'Starting', up: 'Up', failed: 'Failed', draining: 'Closing', unsupported: 'Not served' },
  de: { starting: 'Startet', up: 'Offen', failed: 'Fehlgeschlagen', draining: 'Schließt', unsupported: 'Nicht bedient' },
})
