/** The tables of registry and domain of the memory store, as one state that forks for a transaction. */
import type { RegistryTx } from '../../registry/ports.ts'
import type { DomainTx } from '../../services/ports.ts'
import type { BlobState } from './blobs.ts'
import type { DocumentState } from './documents.ts'
import type { KeyState } from './keys.ts'
import type { ObjectState } from './objects.ts'
import type { SearchState } from './search.ts'
import { memoryBlobs } from './blobs.ts'
import { memoryDocuments } from './documents.ts'
import { memoryKeys } from './keys.ts'
import { memoryObjects } from './objects.ts'
import { Rows } from './rows.ts'
import { memorySearch } from './search.ts'

export interface DomainState extends ObjectState, KeyState, DocumentState, BlobState, SearchState {}

export function domainState(): DomainState {
  return {
    objects: new Rows(), versions: new Rows(), keys: new Rows(), documents: new Rows(), changes: new Rows(),
    blobs: new Rows(), blobLinks: new Rows(), indexed: new Rows(),
  }
}

export function forkDomain(state: DomainState): DomainState {
  return {
    objects: state.objects.fork(), versions: state.versions.fork(), keys: state.keys.fork(),
    documents: state.documents.fork(), changes: state.changes.fork(),
    blobs: state.blobs.fork(), blobLinks: state.blobLinks.fork(), indexed: state.indexed.fork(),
  }
}

/** `written` hears the name of each object that is written, for the wake-up after commit. */
export function memoryDomain(state: DomainState, now: () => number, written: (object: string) => void): RegistryTx & DomainTx {
  return {
    objects: memoryObjects(state, written),
    keys: memoryKeys(state, now),
    documents: memoryDocuments(state),
    blobs: memoryBlobs(state),
    search: memorySearch(state),
  }
}
