/** Keeps the self-made certificate of a host name among the keys of the store, so that it outlives restarts. */
import type { CertificateStore } from '../listeners/tls/certificate.ts'
import { KEYS } from '../registry/key-families.ts'
import type { Store } from '../store/store.ts'

export function certificateStore(store: Store, hostname: string): CertificateStore {
  const name = KEYS.certificate.prefix + hostname
  return {
    async load() {
      const saved = await store.read(tx => tx.keys.get(name))
      const { key, cert } = saved ?? {}
      return typeof key === 'string' && typeof cert === 'string' ? { key, cert } : null
    },
    save: ({ key, cert }) => store.transact(tx => tx.keys.put(name, { key, cert }, null)),
  }
}
