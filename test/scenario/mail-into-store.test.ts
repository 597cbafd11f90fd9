/** From the wire into a store: what clients send over LMTP and SMTP is what accounts have, and nothing of what was cut. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createTransport } from 'nodemailer'
import { systemClock } from '../../src/base/clock.ts'
import { silentLog } from '../../src/base/log.ts'
import { mailProtocols } from '../../src/listeners/mail/mail-server.ts'
import { LineClient } from '../support/line-client.ts'
import { idle, listener, startListeners } from '../support/listeners.ts'
import type { Running } from '../support/listeners.ts'
import { ANN, BOB, mailWorld } from '../support/mail-world.ts'
import type { MailWorld } from '../support/mail-world.ts'

async function withWorld(work: (mail: Running, world: MailWorld) => Promise<void>): Promise<void> {
  const world = await mailWorld()
  const protocols = mailProtocols({ hostname: 'mx.example.org', sink: world.delivery, clock: systemClock, log: silentLog })
  const mail = await startListeners([listener({ name: 'smtp' }), listener({ name: 'lmtp', protocol: 'lmtp' })], { protocols })
  try {
    await work(mail, world)
  } finally {
    await mail.stop()
    await world.close()
  }
}

test('a message to two accounts is stored once and queued for indexing twice', async () => {
  await withWorld(async (mail, world) => {
    for (const name of ['smtp', 'lmtp']) {
      const transport = createTransport({ host: '127.0.0.1', port: mail.port(name), lmtp: name === 'lmtp', ignoreTLS: true })
      const to = ['ann@example.org', 'bob@example.org']
      await transport.sendMail({ from: 'sender@client.example', to, subject: `Tulips by ${name}`, text: 'They are here.' })
      transport.close()
    }
    const tasks = await world.tasks()
    assert.equal(tasks.length, 4)
    for (const account of [ANN, BOB]) {
      const ids = tasks.filter(task => task.accountId === account.accountId).map(task => String(task.payload['documentId']))
      const emails = await world.emails(account, ids)
      assert.deepEqual(new Set(emails.map(({ record }) => record.subject)), new Set(['Tulips by lmtp', 'Tulips by smtp']))
      const content = await world.store.read(tx => tx.blobs.get(emails[0]?.record.blobId ?? ''))
      assert.match(Buffer.from(content ?? []).toString(), /^Return-Path: <sender@client\.example>\r\nReceived: from /)
    }
  })
})

test('an unknown address and a message that is cut leave nothing', async () => {
  await withWorld(async (mail, world) => {
    const client = await LineClient.open(mail.port('lmtp'))
    await client.reply()
    await client.command('LHLO client.example')
    await client.command('MAIL FROM:<sender@client.example>')
    assert.match(await client.command('RCPT TO:<nobody@example.org>'), /^550 5\.1\.1 /)
    assert.match(await client.command('RCPT TO:<ann@example.org>'), /^250 /)
    await client.command('DATA')
    client.write('Subject: half\r\n\r\nnever ended\r\n')
    client.destroy()
    await idle(mail.manager)
    assert.deepEqual(await world.tasks(), [])
    assert.deepEqual(await world.store.read(tx => world.mailStore.mailboxes(tx, ANN.accountId)), [])
  })
})
