/** `npm run gen`: writes the list of variants and the reference pages. test/docs.test.ts fails when one of them differs. */
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { CATALOGUE_PATH, catalogueText } from './reference/catalogue.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

await write(CATALOGUE_PATH, await catalogueText(root))
// Only now: the pages are made from the list that was just written.
const { referencePages } = await import('./reference/pages.ts')
for (const [path, text] of await referencePages()) await write(path, text)

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true })
  await writeFile(join(root, path), text)
}
