/** The schema that this server serves, read by its own client: strictly, and down to every field that people can ask about. */
import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { JsonObject } from '../src/base/json.ts'
import { Model } from '../src/jmap-client/model.ts'
import { parseSchema } from '../src/jmap-client/schema.ts'
import { NO_DEPARTURES } from '../src/registry/objects/account-departure.ts'
import { NO_ARCHIVE } from '../src/registry/objects/archived-item.ts'
import { NO_SPAM } from '../src/registry/objects/spam-classifier.ts'
import { standardObjects } from '../src/registry/objects/standard-objects.ts'
import { NO_DOMAIN_WORK } from '../src/registry/objects/domain-work.ts'
import { NO_SCHEDULES } from '../src/registry/objects/schedule-rows.ts'
import { NO_MAIL } from '../src/registry/objects/stored-mail.ts'
import { schemaOf } from '../src/registry/schema/document.ts'
import { newKey } from '../src/services/acme/jose.ts'
import { hashSecret } from '../src/services/auth/secret.ts'
import { newToken } from '../src/services/auth/token.ts'
import { CertificateReader } from '../src/services/certificates/certificate-reader.ts'
import { judgeDkimKey } from '../src/services/dkim/dkim-key.ts'
import { VARIANTS } from '../src/tasks/catalogue.ts'
import { CLUSTER_TASK_TYPE } from '../src/tasks/define.ts'
import { runCli } from './support/cli.ts'
import { JmapServer } from './support/jmap-server.ts'

const { all } = standardObjects({
  variants: VARIANTS, duties: CLUSTER_TASK_TYPE, secrets: { hashSecret, newToken, newKey }, mail: NO_MAIL, departures: NO_DEPARTURES, archive: NO_ARCHIVE, spam: NO_SPAM, schedules: NO_SCHEDULES,
  waitingFor: () => Promise.resolve([]), parts: () => Promise.resolve([]), scheduleProblem: () => null, judgeCertificate: body => new CertificateReader({}).judge(body),
  judgeDkimKey: body => judgeDkimKey(body, {}), domainWork: NO_DOMAIN_WORK,
})
const schema: JsonObject = schemaOf(all, [])
const model = new Model(parseSchema(schema))

suite('the schema of this server', () => {
  let server: JmapServer
  before(async () => { server = await JmapServer.start({ schema }) })
  after(async () => { await server.stop() })

  const rota = async (...words: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await runCli(words, { server })
    assert.deepEqual([code, stderr], [0, ''], words.join(' '))
    return stdout
  }

  test('describes every object and every variant', async () => {
    for (const { name } of model.objects()) {
      for (const variant of model.variants(name)) {
        const words = variant.name === null ? name : `${name}/${variant.name}`
        const text = await rota('describe', words)
        for (const [field, { description }] of variant.fields) {
          assert.ok(text.includes(`${field}\n  ${description}\n`), `${words}: ${field}`)
        }
      }
    }
  })

  test('takes the names that people use', async () => {
    for (const name of ['tasks', 'task-manager', 'cluster-roles', 'network_listener', 'accounts', 'DOMAIN', 'cluster-nodes']) {
      assert.notEqual(await rota('describe', name), '')
    }
    for (const { name } of VARIANTS) {
      const kebab = name.replace(/(?<=[a-z])[A-Z]/g, letter => `-${letter}`).toLowerCase()
      assert.match(await rota('describe', `task/${kebab}`), /status\n/)
    }
  })

  test('is enough to write a body by hand', async () => {
    await rota('create', 'task/store-maintenance', '--field', 'maintenanceType=purge-blob', '--field', 'status/due=+1h')
    await rota('create', 'cluster-role', '--field', 'name=edge', '--field', 'tasks=disable-all', '--field', 'listeners=EnableAll')
    const created = server.calls.filter(call => call.name.endsWith('/set')).map(call => call.args['create'])
    assert.deepEqual(created, [
      { n0: { '@type': 'StoreMaintenance', maintenanceType: 'purgeBlob',
        status: { '@type': 'Pending', due: '2026-01-01T01:00:00Z' } } },
      { n0: { name: 'edge', tasks: { '@type': 'DisableAll' }, listeners: { '@type': 'EnableAll' } } },
    ])
  })
})
