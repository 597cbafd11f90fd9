/** The commands of docs/operate, run as they stand against a node in a process of its own. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { NodeProcess } from '../support/node-process.ts'
import { curlMissing, Page } from '../support/page.ts'
import { ADMIN_PASSWORD } from '../support/server.ts'

let node: NodeProcess
before(async () => { node = await NodeProcess.start() })
after(() => node[Symbol.asyncDispose]())

describe('docs/operate', { skip: curlMissing }, () => {
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
})
