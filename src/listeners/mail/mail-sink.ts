/** Where received mail goes. Both calls throw RotaError when the store cannot answer: a temporary reply. */
import type { Id } from '../../base/ids.ts'

export interface MailMessage<Recipient> {
  /** `local@domain`, or empty for the null sender of notifications. */
  readonly mailFrom: string
  readonly recipients: readonly Recipient[]
  /** The message as received, dots unstuffed, with Return-Path and Received in front. */
  readonly content: Uint8Array
}

export type DeliveryResult =
  | { readonly kind: 'delivered'; readonly id: Id }
  /** `code` 4xx or 5xx, `enhanced` as in RFC 3463. */
  | {
    readonly kind: 'refused'
    readonly code: number
    readonly enhanced: string
    readonly text: string
    readonly temporary: boolean
  }

export interface MailSink<Recipient> {
  /** Null when nobody here has the address. `octets`: the size that the client has declared (RFC 1870), 0: none. Throws what refuses him. */
  recipient(address: string, octets: number): Promise<Recipient | null>
  /** One result for each recipient, in their order. What is `delivered` has been stored for good. */
  deliver(message: MailMessage<Recipient>): Promise<readonly DeliveryResult[]>
}
