import assert from 'node:assert/strict'
import { test } from 'node:test'
import { withHttp } from '../../../test/support/http-world.ts'
import { ChallengeAnswers } from '../../services/acme/challenge-answers.ts'

const TOKEN = 'evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ'

test('a certificate authority finds the answer to its challenge without a login, and nobody finds another', async () => {
  await withHttp(async ({ url, people: { store } }) => {
    const ask = async (token: string) => {
      const response = await fetch(`${url}/.well-known/acme-challenge/${token}`)
      return [response.status, await response.text(), response.headers.get('content-type')]
    }
    assert.equal((await ask(TOKEN))[0], 404)
    await new ChallengeAnswers(store).offer('mail.example.org', TOKEN, `${TOKEN}.print`)
    assert.deepEqual(await ask(TOKEN), [200, `${TOKEN}.print`, 'application/octet-stream'])
    for (const other of [`${TOKEN}x`, '', 'name%2Fmail.example.org', '..%2F..%2Fetc', '%00']) assert.equal((await ask(other))[0], 404, other)
  })
})
