import assert from 'node:assert/strict'
import { test } from 'node:test'
import { scriptOf } from './newer.ts'

test('the version of a console is the script that its page names', () => {
  assert.equal(scriptOf('<head>\n<script type="module" crossorigin src="/assets/index-a1.js"></script><script src="/b.js"></script>'), '/assets/index-a1.js')
  assert.equal(scriptOf('<p>502 Bad Gateway</p><script>x()</script>'), null)
})
