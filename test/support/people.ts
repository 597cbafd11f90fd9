/** A store with a domain and accounts in it, put there with the index entries that the registry writes. */
import assert from 'node:assert/strict'
import { argon2Sync } from 'node:crypto'
import { addressText, parseAddress } from '../../src/base/address.ts'
import { VirtualClock } from '../../src/base/virtual-clock.ts'
import { idSource } from '../../src/base/ids.ts'
import type { Id } from '../../src/base/ids.ts'
import type { JsonObject } from '../../src/base/json.ts'
import type { IndexEntry } from '../../src/registry/ports.ts'
import { RotaError } from '../../src/errors.ts'
import { newToken } from '../../src/services/auth/token.ts'
import { openMemoryStore } from '../../src/store/memory/store.ts'

export async function openPeople() {
  const clock = new VirtualClock()
  return new People(clock, await openMemoryStore({ clock }))
}

type MemoryStore = Awaited<ReturnType<typeof openMemoryStore>>

type DomainFields = JsonObject & { readonly aliases?: Readonly<Record<string, true>> }

export class People {
  readonly clock: VirtualClock
  readonly store: MemoryStore
  /** While true, the store answers nothing. */
  storeIsAway = false
  readonly #ids
  readonly #index = new Map<Id, readonly IndexEntry[]>()

  constructor(clock: VirtualClock, store: MemoryStore) {
    this.clock = clock
    const read: MemoryStore['read'] = work => this.storeIsAway ? Promise.reject(away()) : store.read(work)
    this.store = { ...store, read }
    this.#ids = idSource(1, clock)
  }

  domain(name: string, fields: DomainFields = {}): Promise<Id> {
    const aliases = Object.keys(fields.aliases ?? {}).map(value => ({ field: 'alias', value, unique: true }))
    const body = { name, isEnabled: true, ...fields }
    return this.#insert('Domain', body, [{ field: 'name', value: name, unique: true }, ...aliases])
  }

  /** `addresses`: the account's own and those of its enabled aliases, the own one first. */
  account(domainId: Id, addresses: readonly string[], fields: JsonObject = {}): Promise<Id> {
    const canonical = addresses.map(text => {
      const address = parseAddress(text)
      assert(address)
      return address
    })
    const name = canonical[0]?.local ?? ''
    const index = canonical.map(address => ({ field: 'address', value: addressText(address), unique: true }))
    const body = { '@type': 'User', name, domainId, ...fields }
    return this.#insert('Account', body, [...index, { field: 'name', value: name, unique: false }])
  }

  /** A key that may do what its account may; `token` is its text. */
  async apiKey(accountId: Id, fields: JsonObject = {}): Promise<{ id: Id; token: string }> {
    const id = this.#ids.next()
    const { token, stored } = newToken({ accountId, keyId: id })
    const body = { accountId, secret: stored, permissions: { '@type': 'Inherit' }, ...fields }
    await this.#insert('ApiKey', body, [], id)
    return { id, token }
  }

  tenant(quotas: JsonObject): Promise<Id> {
    return this.#insert('Tenant', { name: 'Example', quotas }, [])
  }

  /** Replaces fields of an object; its index entries stay. */
  async change(object: string, id: Id, fields: JsonObject): Promise<void> {
    await this.store.transact(async ({ objects }) => {
      const [stored] = await objects.get(object, [id])
      assert(stored)
      const body = { ...stored.body, ...fields }
      const reply = await objects.update(object, id, stored.version, body, this.#index.get(id) ?? [], [])
      assert.deepEqual(reply, { kind: 'written' })
    })
  }

  async #insert(object: string, body: JsonObject, index: readonly IndexEntry[], id = this.#ids.next()): Promise<Id> {
    const reply = await this.store.transact(({ objects }) => objects.insert(object, id, body, index, []))
    assert.deepEqual(reply, { kind: 'written' })
    this.#index.set(id, index)
    return id
  }
}

function away(): RotaError {
  return new RotaError('store/unavailable', 'the store is away')
}

/** A stored password that costs next to nothing to verify. */
export function cheapHash(password: string): string {
  const nonce = Buffer.from('0123456789abcdef')
  const cost = { memory: 8, passes: 1, parallelism: 1, tagLength: 32 }
  const hash = argon2Sync('argon2id', { message: password, nonce, ...cost })
  const text = (bytes: Buffer) => bytes.toString('base64').replace(/=+$/, '')
  return `$argon2id$v=19$m=8,t=1,p=1$${text(nonce)}$${text(hash)}`
}

export function passwords(...secrets: readonly string[]): JsonObject {
  return Object.fromEntries(secrets.map((secret, index) =>
    [String(index), { '@type': 'Password', credentialId: String(index), secret: cheapHash(secret) }]))
}
