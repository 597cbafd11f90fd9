/** What one client, and all of them together, may ask of the mail server. */
export interface MailLimits {
  /** Announced as SIZE (RFC 1870). */
  readonly messageBytesMax: number
  /** In one transaction; RFC 5321 §4.5.3.1.8 wants at least 100. */
  readonly recipientsMax: number
  /** Without the line end. No extension that is offered needs more. */
  readonly commandBytesMax: number
  /** Refused commands on one connection since its last accepted message. */
  readonly errorsMax: number
  /** Silence of the client. RFC 5321 §4.5.3.2.7 wants at least five minutes. */
  readonly idleMsMax: number
  /** From DATA to its final dot. */
  readonly dataMsMax: number
  /** All messages of this node that are being received or delivered. */
  readonly intakeBytesMax: number
}

export const MAIL_LIMITS: MailLimits = {
  messageBytesMax: 50_000_000,
  recipientsMax: 100,
  commandBytesMax: 4_096,
  errorsMax: 100,
  idleMsMax: 300_000,
  dataMsMax: 1_800_000,
  intakeBytesMax: 268_435_456,
}
