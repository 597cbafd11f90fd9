/** A client that delivers by LMTP, one message after the other, each step in the test's hands. */
import { LineClient } from './line-client.ts'

export class LmtpClient {
  readonly lines: LineClient

  private constructor(lines: LineClient) {
    this.lines = lines
  }

  static async open(port: number): Promise<LmtpClient> {
    const lines = await LineClient.open(port)
    await lines.reply()
    await lines.command('LHLO client.example')
    return new LmtpClient(lines)
  }

  /** Up to the middle of DATA. */
  async begin(to: string, subject: string, text: string): Promise<void> {
    await this.lines.command('MAIL FROM:<sender@client.example>')
    await this.lines.command(`RCPT TO:<${to}>`)
    const reply = await this.lines.command('DATA')
    if (!reply.startsWith('354 ')) throw new Error(reply)
    this.lines.write(`From: sender@client.example\r\nTo: ${to}\r\nSubject: ${subject}\r\n\r\n${text}\r\n`)
  }

  /** The rest of it; the reply, 250 when the message is in the store. */
  end(): Promise<string> {
    return this.lines.command('.')
  }

  async deliver(to: string, subject: string, text: string): Promise<void> {
    await this.begin(to, subject, text)
    const reply = await this.end()
    if (!reply.startsWith('250 ')) throw new Error(reply)
  }

  close(): void {
    this.lines.destroy()
  }
}
