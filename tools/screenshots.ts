/**
 * `npm run screenshots -- http://127.0.0.1:8080 PASSWORD`: the pictures that README shows, taken from a running node by
 * Debian's chromium. The password is admin's. Best from `npm run dev` with some mail in it, so that there is something to see:
 * the pictures are of what that node shows and nothing else. Writes docs/images; run it when a page of them looks different.
 */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Browser } from '../test/support/browser.ts'
import { shown, signIn } from '../test/support/console.ts'

const IMAGES = fileURLToPath(new URL('../docs/images/', import.meta.url))
const PICTURES = [
  { name: 'dashboard', path: '/', scheme: 'light', last: 'canvas' },
  { name: 'cluster', path: '/manage/cluster', scheme: 'dark', last: 'canvas' },
] as const
const SIZE = { width: 1_280, height: 900 }

const [address = '', password = ''] = process.argv.slice(2)
if (!URL.canParse(address) || password === '') {
  console.error('usage: npm run screenshots -- ADDRESS PASSWORD, as http://127.0.0.1:8080 and what admin has')
  process.exitCode = 2
} else await take(new URL(address).origin)

async function take(origin: string): Promise<void> {
  await mkdir(IMAGES, { recursive: true })
  await using browser = await Browser.open()
  for (const { name, path, scheme, last } of PICTURES) {
    const file = join(IMAGES, `${name}.png`)
    await browser.visit(origin, async page => {
      await signIn(page, origin, path, { name: 'admin', password })
      await shown(page)
      // What is drawn last: curves come in a file of their own.
      await page.locator(`main ${last}`).first().waitFor()
      await page.screenshot({ path: file })
    }, { ...SIZE, scheme })
    console.log(file)
  }
}
