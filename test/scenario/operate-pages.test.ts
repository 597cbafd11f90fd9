/** The commands of docs/operate, run as they stand against a node in a process of its own. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { NodeProcess } from '../support/node-process.ts'
import { curlMissing, Page } from '../support/page.ts'
import { postgresMissing, sharedPostgres, stopSharedPostgres } from '../support/postgres.ts'
import { ADMIN_PASSWORD, eventually } from '../support/server.ts'

let node: NodeProcess
before(async () => { node = await NodeProcess.start() })
after(() => node[Symbol.asyncDispose]())

describe('docs/operate', { skip: curlMissing }, () => {
  test('configuration-as-code.md writes a server down, changes it by a file, and finds it as the file says', async () => {
    // It counts what there is: a node of its own.
    await using alone = await NodeProcess.start()
    const page = await Page.open('docs/operate/configuration-as-code.md', alone)
    const parts = (await page.shell(...page.blocks.flatMap(block => [block, 'echo ---- ----']))).split('---- ----\n')
    const after = (text: string): string => parts[page.blocks.indexOf(page.block(text))] ?? ''
    assert.match(after('CONFIG=$(mktemp'), /^\d+ objects written to .*\n\{"@type":"upsert"/)
    assert.match(after('--dry-run\n'), /^3 to create, 1 to update, \d+ unchanged; nothing was changed$/m)
    assert.match(after('apply --file "$CONFIG/cluster.ndjson"\nnpx rota snapshot'), /^3 created, 1 updated, [^]*^0 changes, \d+ unchanged\n$/m)
    assert.match(after('maxAttempts=9'), /^the server has moved away from the file\n~ TaskManager\n {4}maxAttempts: 9 → 5\n1 updated/m)
    assert.match(after('reconcile'), /^1 to destroy, 0 unchanged; nothing was changed\n- ClusterRole indexer .*\n1 destroyed/m)
    assert.match(after('all.ndjson'), /^0 changes/m)
  })

  test('api-keys.md makes keys, uses, restricts, changes and revokes them', async () => {
    const page = await Page.open('docs/operate/api-keys.md', node)
    const parts = (await page.shell(...page.blocks.flatMap(block => [block, 'echo ---- ----']))).split('---- ----\n')
    const after = (text: string): string => parts[page.blocks.indexOf(page.block(text))] ?? ''
    const { permissions } = JSON.parse(after('/api/account')) as { permissions: string[] }
    assert.ok(permissions.includes('sysApiKeyCreate') && permissions.includes('sysTaskDestroy'))
    assert.equal(after('echo refused'), 'refused\n', 'a permission that the key lacks')
    assert.match(after('--fields maxAttempts'), /^Updated ApiKey \w{13}\n.*\nmaxAttempts +3\n$/)
    assert.match(after('delete api-key'), /monitor.*\n.*nightly report.*\nDeleted ApiKey \w{13}\nDeleted ApiKey \w{13}\n/)
    assert.equal(parts[page.blocks.length - 1], 'refused\n', 'a revoked key')
  })

  test('web-login.md logs in by hand, sees the login and ends it', async () => {
    const page = await Page.open('docs/operate/web-login.md', node)
    const login = `NAME=admin\nPASSWORD='${ADMIN_PASSWORD}'`
    const parts = (await page.shell(login, ...page.blocks.flatMap(block => [block, 'echo ---- ----']))).split('---- ----\n')
    const after = (text: string): string => parts[page.blocks.indexOf(page.block(text))] ?? ''
    assert.match(after('/api/discover/'), /"token_endpoint":"http:.*\/auth\/token"/)
    assert.match(after('/api/account'), /"sysOAuthGrantDestroy"/)
    assert.match(after('$ACCESS npx rota query oauth-grant\n'), /rota-webui.*127\.0\.0\.1/)
    assert.match(after('/auth/revoke'), /ended\n$/)
  })

  test('store-maintenance.md changes when the store is cleaned, pauses that, and runs it by hand', async () => {
    const page = await Page.open('docs/operate/store-maintenance.md', node)
    const parts = (await page.shell(...page.blocks.flatMap(block => [block, 'echo ---- ----']))).split('---- ----\n')
    const after = (text: string): string => parts[page.blocks.indexOf(page.block(text))] ?? ''
    assert.match(after('schedule list'), /Clean-up of data +StoreMaintenance +0 3 \* \* 0 +UTC/)
    assert.match(after('schedule pause'), /Paused Schedule Clean-up of data\nResumed Schedule Clean-up of data\nCreated Task \w+ of Clean-up of data/)
    assert.match(after('resetRateLimiters'), /^Created Task \w{13}\nCreated Task \w{13}\n/)
  })

  test('training-the-spam-filter.md makes rules, changes when it is trained, and trains it', async () => {
    const page = await Page.open('docs/operate/training-the-spam-filter.md', node)
    const parts = (await page.shell(...page.blocks.flatMap(block => [block, 'echo ---- ----']))).split('---- ----\n')
    const after = (text: string): string => parts[page.blocks.indexOf(page.block(text))] ?? ''
    assert.match(after('rota get spam-classifier'), /newSamples +0/)
    assert.match(after('minSpamSamples=50'), /^Updated SpamClassifier\n$/)
    assert.match(after('trainFrequency=6h'), /^Created Task \w{13}\nUpdated SpamClassifier\n[^]*Spam training +SpamFilterMaintenance +30 \*\/6 \* \* \*/)
    assert.match(after('maintenanceType=retrain\nnpx rota query task-run'), /^Created Task \w{13}\n/)
    assert.match(after('spam-tag/score'), /^Created SpamFileExtension \w{13}\nCreated MemoryLookupKey \w{13}\nCreated SpamTag \w{13}\n$/)
  })

  test('renewing-certificates.md names an authority, has a domain renewed by it, and takes that back', async () => {
    const page = await Page.open('docs/operate/renewing-certificates.md', node)
    // Nobody is asked there: the page names an authority of the world.
    const elsewhere = page.blocks.map(block => block.replace(/directory=\S+/, 'directory=https://127.0.0.1:9/directory'))
    const parts = (await page.shell(...elsewhere.flatMap(block => [block, 'echo ---- ----']))).split('---- ----\n')
    assert.match(parts[0] ?? '', /accountKey +\*\*\*\*/)
    assert.match(parts[1] ?? '', /AcmeRenewal/)
    assert.match(parts[2] ?? '', /^Updated Domain \w{13}\nDeleted Domain \w{13}\nDeleted AcmeProvider \w{13}\n$/)
  })

  test('audit-log.md makes a change and finds it', async () => {
    const page = await Page.open('docs/operate/audit-log.md', node)
    const parts = (await page.shell(...page.blocks.flatMap(block => [block, 'echo ---- ----']))).split('---- ----\n')
    assert.match(parts[0] ?? '', /Created +Domain/)
    assert.match(parts[1] ?? '', /audited\.example/)
    assert.match(parts[3] ?? '', /^Updated DataRetention/)
  })

  test('traces-and-metrics.md finds what became of two messages, and removes and indexes what there is', async () => {
    await using alone = await NodeProcess.start()
    const page = await Page.open('docs/operate/traces-and-metrics.md', alone)
    const parts = (await page.shell(...page.blocks.flatMap(block => [block, 'echo ---- ----']))).split('---- ----\n')
    const after = (text: string): string => parts[page.blocks.indexOf(page.block(text))] ?? ''
    assert.match(after('--mail-rcpt'), /refused\n$/)
    const [all = '', toJane = ''] = after('--where text=').split(/^(?=ID )/m)
    assert.match(all, /bob@elsewhere\.example +jan@traced\.example [^]*bob@elsewhere\.example +jane@traced\.example/, 'newest first')
    assert.ok(/jane@traced/.test(toJane) && !toJane.split('\n').slice(1, 3).some(line => /jan@/.test(line)), toJane)
    assert.match(after('get trace'), /smtp\.connection-start[^]*127\.0\.0\.1[^]*smtp\.ehlo[^]*smtp\.rcpt-to-rejected[^]*no such mailbox here/)
    assert.match(after('metricsCollectionInterval'), /Updated DataRetention\n$/)
    assert.match(after('purgeData'), /^Updated DataRetention\nCreated Task \w{13}\n$/)
    await eventually(async () => JSON.stringify((await alone.call([['x:Task/query', {}]]))[0]?.['ids']) === '[]', 'all of them have ended')
    const runs = async (): Promise<string[]> => {
      const [{ list = [] } = {}] = await alone.call([['x:TaskRun/get', {}]]) as { list?: { variant: string; outcome: string }[] }[]
      return list.filter(({ variant }) => variant === 'StoreMaintenance').map(({ outcome }) => outcome)
    }
    // The history is written a moment later.
    await eventually(async () => (await runs()).length >= 2, 'both are in the history')
    assert.deepEqual(new Set(await runs()), new Set(['done']))
  })

  test('roles-and-shards.md makes roles, changes one, and takes over older lists once', async () => {
    const page = await Page.open('docs/operate/roles-and-shards.md', node)
    const parts = (await page.shell(...page.blocks.flatMap(block => [block, 'echo ---- ----']))).split('---- ----\n')
    const after = (text: string): string => parts[page.blocks.indexOf(page.block(text))] ?? ''
    assert.match(after('name=frontend'), /frontend +Talks to clients, works nothing\n/)
    assert.match(after('spamClassifierTraining=true'), /^Updated ClusterRole[^]*searchIndexing, pushNotifications, spamClassifierTraining$/m)
    assert.match(after('--dry-run'), /^3 to create, 0 unchanged; nothing was changed$/m)
    assert.match(after('--dry-run'), /^2 +STALWART_ROLE=nodes-2-3? STALWART_PUSH_SHARD=1 ROTA_PUSH_SHARDS=2$/m)
    assert.match(after('roles "$OLD" --json'), /^3 created, 0 unchanged$[^]*"unchanged":3/m)
  })

  test('quotas.md limits an account, and makes tasks for uploads and unused content, which end', async () => {
    const page = await Page.open('docs/operate/quotas.md', node)
    const parts = (await page.shell(...page.blocks.flatMap(block => [block, 'echo ---- ----']))).split('---- ----\n')
    assert.match(parts[0] ?? '', /^Updated Account[^]*maxDiskQuota[^]*Updated Account/)
    assert.match(parts[1] ?? '', /^Created +Task/)
    assert.equal([...(parts[2] ?? '').matchAll(/^Created +Task/gm)].length, 2)
    await eventually(async () => {
      const [reply] = await node.call([['x:Task/query', { filter: { '@type': 'StoreMaintenance' } }]])
      return JSON.stringify(reply?.['ids']) === '[]'
    }, 'the tasks have ended')
  })

  test('indexing-and-counting-again.md makes five tasks, which end', async () => {
    const page = await Page.open('docs/operate/indexing-and-counting-again.md', node)
    const made = await page.shell(...page.blocks)
    assert.equal(made.match(/^Created Task \w{13}$/mg)?.length, 5, made)
    await eventually(async () => JSON.stringify((await node.call([['x:Task/query', {}]]))[0]?.['ids']) === '[]', 'all of them have ended')
    const [{ list = [] } = {}] = await node.call([['x:TaskRun/get', {}]]) as { list?: { variant: string; outcome: string }[] }[]
    const outcomes = list.filter(({ variant }) => variant.endsWith('Maintenance')).map(({ outcome }) => outcome)
    assert.ok(outcomes.length >= 4 && outcomes.every(outcome => outcome === 'done'), JSON.stringify(list))
  })

  test('retention.md changes what is kept, and removes the rest now', async () => {
    const page = await Page.open('docs/operate/retention.md', node)
    const parts = (await page.shell(...page.blocks.flatMap(block => [block, 'echo ---- ----']))).split('---- ----\n')
    const after = (text: string): string => parts[page.blocks.indexOf(page.block(text))] ?? ''
    assert.match(after('get data-retention'), /Mail in Trash and Junk for +14d|expungeTrashAfter +14d/i)
    assert.match(after('=null'), /^(?:Updated DataRetention\n){2}$/)
    assert.match(after('purgeAccounts'), /^(?:Created Task \w{13}\n){2}$/)
    assert.match(after('recalculateImapUid'), /^Created Task \w{13}\n$/)
    await eventually(async () => JSON.stringify((await node.call([['x:Task/query', {}]]))[0]?.['ids']) === '[]', 'all of them have ended')
    const runs = async (): Promise<string[]> => {
      const [{ list = [] } = {}] = await node.call([['x:TaskRun/get', {}]]) as { list?: { variant: string; outcome: string }[] }[]
      return list.filter(({ variant }) => variant === 'AccountMaintenance').map(({ outcome }) => outcome)
    }
    // The history is written a moment later.
    await eventually(async () => (await runs()).length >= 3, 'purge, purge for all, and new UIDs are in the history')
    assert.deepEqual(new Set(await runs()), new Set(['done']))
  })

  test('cluster.md shows a cluster of two, finds it well, and takes one out', { skip: postgresMissing() }, async t => {
    t.after(stopSharedPostgres)
    const url = await (await sharedPostgres()).freshDatabase()
    await using mx1 = await NodeProcess.start({ name: 'mx1', variables: { DATABASE_URL: url } })
    await using mx2 = await NodeProcess.start({ name: 'mx2', variables: { DATABASE_URL: url } })
    const page = await Page.open('docs/operate/cluster.md', mx1)
    const parts = (await page.shell(...page.blocks.flatMap(block => [block, 'echo ---- ----']))).split('---- ----\n')
    const after = (text: string): string => parts[page.blocks.indexOf(page.block(text))] ?? ''
    assert.match(after('status'), /^mx1 +active +- +\d+ +\d+ +0 +http, lmtp, smtp .*\nmx2 +active /m)
    assert.match(after('assignments'), /^search +searchIndexing +64 +mx1 \d+/m)
    assert.equal(after('audit'), 'No findings: the cluster is well.\n')
    assert.match(after('drain'), /^[\d:]{8} mx2 has \d+ buckets, [^]*^[\d:]{8} mx2 is gone\n$/m)
    assert.deepEqual(await mx2.ended(), { code: 0, signal: null })
  })

  test('tenants-and-groups.md makes a tenant, fills it, shares a mailbox and moves all of it', async () => {
    const page = await Page.open('docs/operate/tenants-and-groups.md', node)
    const parts = (await page.shell(...page.blocks.flatMap(block => [block, 'echo ---- ----']))).split('---- ----\n')
    const after = (text: string): string => parts[page.blocks.indexOf(page.block(text))] ?? ''
    assert.match(after('name=joe'), /\nrefused\n.*\n[^]*maxAccounts":50[^]*usedDiskQuota +0\n$/, 'a third user')
    assert.equal(after('roles/@type=Admin'), 'refused\n')
    assert.match(after('account/group'), /jane@acme\.example/)
    assert.match(after('Email/query'), /"sales@acme\.example","isPersonal":false[^]*"Email\/query",\{"accountId":"\w{13}"/)
    assert.doesNotMatch(after('=false'), /jane/)
    assert.match(after('delete tenant'), /^(?:Updated \w+ \w{13}\n){5}Deleted Tenant \w{13}\n$/)
    assert.match(after('jan acme'), /^.*\n.*jane@acme\.example.*\n.*\n.*acme\.example.*\n$/)
  })

  test('certificates.md brings certificates, renews them, and is refused a wrong one', async () => {
    const page = await Page.open('docs/operate/certificates.md', node)
    const parts = (await page.shell(...page.blocks.flatMap(block => [block, 'echo ---- ----']))).split('---- ----\n')
    const after = (text: string): string => parts[page.blocks.indexOf(page.block(text))] ?? ''
    assert.match(after('--fields subjectAlternativeNames'), /mail\.example\.org[^]*CN=mail\.example\.org/)
    assert.match(after('-servername mx.example.org'), /^subject=CN = mail\.example\.org\n$/)
    assert.match(after('wildcard.json'), /\*\.example\.net/)
    assert.match(after('O=renewed'), /^Updated Certificate \w{13}\nsubject=CN = mail\.example\.org, O = renewed\n$/)
    assert.equal(after('echo refused'), 'refused\n')
    assert.match(after('delete certificate'), /^(?:.*\n)*Deleted Certificate \w{13}\nDeleted Certificate \w{13}\n$/)
  })

  test('behind-a-proxy.md lets a proxy name its client', async () => {
    const page = await Page.open('docs/operate/behind-a-proxy.md', node)
    const parts = (await page.shell(...page.blocks.flatMap(block => [block, 'echo ---- ----']))).split('---- ----\n')
    const after = (text: string): string => parts[page.blocks.indexOf(page.block(text))] ?? ''
    assert.match(after('PROXY TCP4'), /^220 [^]*^250[ -][^]*^221 /m)
    assert.match(after('echo closed'), /^(?:closed\n)?$/)
  })

  test('third-party-clients.md gives a client its key, and shows it what a script can do', async () => {
    const page = await Page.open('docs/operate/third-party-clients.md', node)
    const parts = (await page.shell(...page.blocks.flatMap(block => [block, 'echo ---- ----']))).split('---- ----\n')
    const after = (text: string): string => parts[page.blocks.indexOf(page.block(text))] ?? ''
    assert.match(after('/api/schema'), /"apiUrl":"http:[^]*\{"objects":/)
    assert.match(after('from-a-script'), /"created":\{"new":\{"id":"(\w{13})"\}\}[^]*"total":1[^]*"list":\[\{"id":"\1"/)
    assert.match(after('allowRelaying'), /"created":\{"new":[^\n]*\n[^\n]*"notCreated":[^\n]*allowRelaying/)
  })

  test('failed-tasks.md groups failures, tries a group again, and finds who did it', async () => {
    await using alone = await NodeProcess.start()
    const page = await Page.open('docs/operate/failed-tasks.md', alone)
    const parts = (await page.shell(...page.blocks.flatMap(block => [block, 'echo ---- ----']))).split('---- ----\n')
    const after = (text: string): string => parts[page.blocks.indexOf(page.block(text))] ?? ''
    assert.match(after('task park'), /^2 tasks parked$/m)
    assert.match(after('task failures\n'), /^\w{13} +2 +IndexDocument +connection to <address> refused /m)
    assert.match(after('get task-failure'), /example +connection to 10\.0\.0\.3 refused[^]*(?:IndexDocument +- +Failed[^]*){2}/)
    assert.match(after('task retry'), /^IndexDocument +Failed +2 +0\n2 tasks would be retried; nothing was changed\n2 tasks retried\n$/m)
    assert.match(after('objectId=bulk'), /(?:Changed|Update) +Task +bulk +admin/)
    assert.match(after('task history'), /Create +Task/)
  })

  test('scripts.md shows ids and exit codes', async () => {
    const page = await Page.open('docs/operate/scripts.md', node)
    assert.equal(await page.shell(...page.blocks), 'exit code 2\n')
  })
})
