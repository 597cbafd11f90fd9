/** The mail services over one store, and how work that they make necessary becomes tasks in the same transaction. */
import type { Clock } from '../base/clock.ts'
import type { Id, IdSource } from '../base/ids.ts'
import { later } from '../base/later.ts'
import type { Catalogue } from '../engine/catalogue.ts'
import { accountMayHaveData } from '../registry/objects/account-archive.ts'
import { keeperOf } from '../services/archive/archive.ts'
import { ChallengeAnswers } from '../services/acme/challenge-answers.ts'
import type { CertificateRenewal } from '../services/acme/renewal.ts'
import { Restoration } from '../services/archive/restoration.ts'
import { CertificateReader } from '../services/certificates/certificate-reader.ts'
import type { Variables } from '../services/certificates/pem-source.ts'
import { Delivery } from '../services/delivery/delivery.ts'
import { MailImport } from '../services/delivery/mail-import.ts'
import type { Enqueue } from '../services/ports.ts'
import { Directory } from '../services/directory/directory.ts'
import type { DkimRotation } from '../services/dkim/dkim-rotation.ts'
import type { DnsPublication } from '../services/domain-dns/dns-publication.ts'
import { Indexing } from '../services/indexing/indexing.ts'
import { MailStore } from '../services/mailstore/mailstore.ts'
import { ThreadMerge } from '../services/mailstore/thread-merge.ts'
import { Uploads } from '../services/upload/uploads.ts'
import { AccountPurge } from '../services/upkeep/account-purge.ts'
import { BlobPurge } from '../services/upkeep/blob-purge.ts'
import { AuthTokenRemoval } from '../services/upkeep/auth-token-removal.ts'
import { DataPurge } from '../services/upkeep/data-purge.ts'
import type { DeadHolders } from '../services/upkeep/dead-holders.ts'
import { Inventory } from '../services/upkeep/inventory.ts'
import { KeyRemoval } from '../services/upkeep/key-removal.ts'
import { Recount } from '../services/upkeep/recount.ts'
import { Renumbering } from '../services/upkeep/renumbering.ts'
import { AccountRemoval } from '../services/removal/account-removal.ts'
import { SpamFilter } from '../services/spam/filter.ts'
import type { RulesUpdate } from '../services/spam/rules-update.ts'
import { learnerOf } from '../services/spam/samples.ts'
import type { SpamTraining } from '../services/spam/training.ts'
import { Traces } from '../services/telemetry/traces.ts'
import type { Store, Tx } from '../store/store.ts'
import type { SpamTrainings } from '../tasks/spam-filter-maintenance.ts'
import { accountTasks } from './account-tasks.ts'
import { spamTrainings } from './spam-trainings.ts'

export interface Mail {
  readonly directory: Directory
  readonly mailStore: MailStore<Tx>
  readonly indexing: Indexing<Tx>
  readonly delivery: Delivery<Tx>
  readonly removal: AccountRemoval<Tx>
  readonly restoration: Restoration<Tx>
  readonly threadMerge: ThreadMerge<Tx>
  readonly inventory: Inventory<Tx>
  readonly recount: Recount<Tx>
  readonly traces: Traces<Tx>
  readonly keyRemoval: KeyRemoval
  readonly blobPurge: BlobPurge
  readonly accountPurge: AccountPurge<Tx>
  readonly renumbering: Renumbering<Tx>
  readonly authTokenRemoval: AuthTokenRemoval
  readonly dataPurge: DataPurge<Tx>
  readonly deadHolders: DeadHolders
  readonly dnsPublication: Pick<DnsPublication<Tx>, 'publish'>
  readonly dkimRotation: Pick<DkimRotation<Tx>, 'rotate'>
  readonly uploads: Uploads<Tx>
  readonly imports: MailImport<Tx>
  readonly challenges: ChallengeAnswers<Tx>
  readonly spamFilter: SpamFilter<Tx>
  readonly spamTraining: Pick<SpamTraining<Tx>, 'train' | 'retrain' | 'reset' | 'discard'>
  readonly spamTrainings: SpamTrainings
  readonly rulesUpdate: Pick<RulesUpdate<Tx>, 'run'>
  readonly certificateRenewal: Pick<CertificateRenewal<Tx>, 'renew'>
}

/** Services that only tasks need and that bring much with them: the first run loads its own, and what waits for no file loads them all. */
export const LATER = {
  renewal: () => import('../services/acme/renewal.ts'),
  proofs: () => import('../services/acme/proofs.ts'),
  dnsProofs: () => import('../services/acme/dns-proofs.ts'),
  dnsPublication: () => import('../services/domain-dns/dns-publication.ts'),
  dkimRotation: () => import('../services/dkim/dkim-rotation.ts'),
  spamTraining: () => import('../services/spam/training.ts'),
  rulesUpdate: () => import('../services/spam/rules-update.ts'),
} as const

/** `self`: the incarnation of this node, which does not declare itself dead; `variables`: of this process, in which secrets may lie. */
export function buildMail(
  store: Store, catalogue: Catalogue, ids: IdSource, clock: Clock, self: () => Id | undefined = () => undefined, variables: Variables = {},
): Mail {
  const directory = new Directory(store)
  const enqueue: Enqueue<Tx> = async (tx, drafts) => { await tx.tasks.insert(drafts.map(draft => catalogue.row(draft, ids, clock.now()))) }
  const mailStore = new MailStore<Tx>({
    ids, clock, enqueue,
    mayHaveData: accountMayHaveData,
    keeper: (tx, accountId) => keeperOf({ ids, clock }, tx, accountId),
    learner: (tx, accountId) => learnerOf({ ids, clock }, tx, accountId),
  })
  const indexing = new Indexing<Tx>({ store, mailStore })
  const restoration = new Restoration<Tx>({ store, mailStore, directory })
  const removal = new AccountRemoval<Tx>({ store, tasks: accountTasks })
  const [inventory, recount] = [new Inventory<Tx>(store), new Recount<Tx>({ store, mailStore })]
  const [keyRemoval, dataPurge, blobPurge] = [new KeyRemoval(store), new DataPurge<Tx>(store), new BlobPurge(store)]
  const authTokenRemoval = new AuthTokenRemoval(store, keyRemoval)
  const deadHolders: DeadHolders = { release: () => store.leases.releaseDead(self()) }
  const [accountPurge, renumbering] = [new AccountPurge<Tx>({ store, mailStore }), new Renumbering<Tx>({ store, mailStore })]
  const threadMerge = new ThreadMerge<Tx>({ store, mailStore })
  const uploads = new Uploads<Tx>({ store, mailStore, clock })
  const imports = new MailImport<Tx>({ store, mailStore, directory, clock })
  const challenges = new ChallengeAnswers<Tx>(store)
  const spamFilter = new SpamFilter<Tx>(store)
  const delivery = new Delivery<Tx>({ store, directory, mailStore, clock, judge: message => spamFilter.judge(message) })
  return {
    directory, mailStore, threadMerge, keyRemoval, authTokenRemoval, dataPurge, blobPurge, deadHolders, indexing, removal, restoration,
    accountPurge, renumbering, inventory, recount, delivery, uploads, imports,
    traces: new Traces<Tx>({ store, enqueue }), challenges,
    spamFilter, spamTrainings: spamTrainings(store, () => clock.now()),
    certificateRenewal: later(async () => {
      const [{ CertificateRenewal }, { Proofs }, { DnsProofs }] = await Promise.all([LATER.renewal(), LATER.proofs(), LATER.dnsProofs()])
      return new CertificateRenewal<Tx>({ store, ids, clock, proofs: new Proofs(challenges, new DnsProofs<Tx>({ store, clock, variables })) })
    }, ['renew']),
    dnsPublication: later(async () => {
      const { DnsPublication } = await LATER.dnsPublication()
      return new DnsPublication<Tx>({ store, clock, reader: new CertificateReader(variables), variables })
    }, ['publish']),
    dkimRotation: later(async () => new (await LATER.dkimRotation()).DkimRotation<Tx>({ store, ids, clock, variables }), ['rotate']),
    spamTraining: later(async () => new (await LATER.spamTraining()).SpamTraining<Tx>({ store, clock, ids }), ['train', 'retrain', 'reset', 'discard']),
    rulesUpdate: later(async () => new (await LATER.rulesUpdate()).RulesUpdate<Tx>({ store, ids, clock }), ['run']),
  }
}
