/** Who may upload content, and who may have it: the rights of JMAP, which the listener does not know. */
import { sharesMail } from '../jmap/methods/account.ts'
import type { Download } from '../listeners/http/download-route.ts'
import type { UploadService } from '../listeners/http/upload-route.ts'
import { UPLOAD_OCTETS_MAX, UPLOADS_AT_ONCE_MAX } from '../services/upload/uploads.ts'
import type { Store } from '../store/store.ts'
import type { Mail } from './mail.ts'

export function contentPort(store: Store, { mailStore, uploads }: Pick<Mail, 'mailStore' | 'uploads'>): { readonly download: Download; readonly uploads: UploadService } {
  return {
    async download(principal, accountId, blobId) {
      if (!sharesMail(principal, accountId) || !principal.permissions.has('jmapEmailGet')) return null
      return store.read(tx => mailStore.download(tx, accountId, blobId, principal.accountId))
    },
    uploads: {
      octetsMax: UPLOAD_OCTETS_MAX,
      atOnceMax: UPLOADS_AT_ONCE_MAX,
      mayUpload(principal, accountId) {
        if (!sharesMail(principal, accountId)) return 'noAccount'
        return principal.permissions.has('jmapBlobUpload') ? 'yes' : 'forbidden'
      },
      checkRoom: (uploaderId, octets) => uploads.checkRoom(uploaderId, octets),
      store: (accountId, uploaderId, content) => uploads.store(accountId, uploaderId, content),
    },
  }
}
