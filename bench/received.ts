/** How many messages a second does a real SMTP listener take in, with and without their traces? Nobody works the tasks meanwhile. */
import { performance } from 'node:perf_hooks'
import { assert } from '../src/base/assert.ts'
import { systemClock } from '../src/base/clock.ts'
import { idSource, type Id } from '../src/base/ids.ts'
import { silentLog } from '../src/base/log.ts'
import { Catalogue } from '../src/engine/catalogue.ts'
import type { MailTraces } from '../src/listeners/mail/conversation.ts'
import { mailProtocols } from '../src/listeners/mail/mail-server.ts'
import type { MailSink } from '../src/listeners/mail/mail-sink.ts'
import { buildMail } from '../src/server/mail.ts'
import type { MailRecipient } from '../src/services/directory/directory.ts'
import { TraceRecorder } from '../src/services/telemetry/trace-recorder.ts'
import { VARIANTS } from '../src/tasks/catalogue.ts'
import { lanes } from '../src/tasks/lanes.ts'
import { LineClient } from '../test/support/line-client.ts'
import { listener, startListeners } from '../test/support/listeners.ts'
import { message } from './mail.ts'
import { openBenchStore, type StoreKind } from './world.ts'

const MESSAGES = 400
const CLIENTS = 4
/** Both ways take turns, and the best of each counts: the first round warms them up. */
const ROUNDS = 2

export interface ReceivedRates { readonly plain: number; readonly traced: number }

/** Messages a second. With traces the time ends when these are written, half a second after the last message at most. */
export async function receivedRates(kind: StoreKind): Promise<ReceivedRates> {
  const best = { plain: 0, traced: 0 }
  for (let round = 0; round < ROUNDS; round++) {
    for (const way of ['plain', 'traced'] as const) best[way] = Math.max(best[way], await rate(kind, way === 'traced'))
  }
  return best
}

async function rate(kind: StoreKind, traced: boolean): Promise<number> {
  const bench = await openBenchStore(kind)
  const { store } = bench
  const ids = idSource(1_000, systemClock)
  const { delivery, traces } = buildMail(store, new Catalogue(VARIANTS, lanes()), ids, systemClock)
  const accounts = Array.from({ length: CLIENTS }, () => ids.next())
  await store.transact(async tx => { for (const id of accounts) await tx.objects.insert('Account', id, {}, [], []) })
  const sink: MailSink<MailRecipient> = {
    recipient: address => Promise.resolve({ accountId: address.split('@')[0] ?? '', quotaBytes: null }),
    deliver: mail => delivery.deliver(mail),
  }
  const recorder = new TraceRecorder({ traces, ids, clock: systemClock, log: silentLog })
  const kept: MailTraces<MailRecipient> = { record: trace => { recorder.record(trace) }, accountId: ({ accountId }) => accountId }
  const protocols = mailProtocols({ hostname: 'bench', sink, clock: systemClock, log: silentLog, ...traced ? { traces: kept } : {} })
  const mail = await startListeners([listener({ name: 'smtp' })], { protocols: { ...protocols } })
  await recorder.start()

  const start = performance.now()
  await Promise.all(accounts.map((accountId, client) => send(mail.port('smtp'), accountId, client)))
  await recorder.stop()
  const seconds = (performance.now() - start) / 1_000
  assert(await store.read(tx => tx.traces.count({})) === (traced ? MESSAGES : 0), 'a trace of each message')
  await mail.stop()
  await bench.close()
  return MESSAGES / seconds
}

async function send(port: number, accountId: Id, client: number): Promise<void> {
  const lines = await LineClient.open(port)
  await lines.reply()
  await lines.command('EHLO bench.example')
  for (let nth = client; nth < MESSAGES; nth += CLIENTS) {
    await lines.command('MAIL FROM:<sender@elsewhere.example>')
    await lines.command(`RCPT TO:<${accountId}@example.org>`)
    await lines.command('DATA')
    lines.write(message(nth))
    const reply = await lines.command('.')
    assert(reply.startsWith('250 '), reply)
  }
  lines.destroy()
}
