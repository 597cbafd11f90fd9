/** src/tasks/catalogue.ts: the one list of variants, made from the files of its folder in the order of the wire. */
import { glob, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { VARIANT_NAMES } from '../../test/support/declared-fields.ts'
import { variantName } from '../tidy/names.ts'
import { readSource } from '../tidy/source.ts'

export const CATALOGUE_PATH = 'src/tasks/catalogue.ts'

export async function catalogueText(root: string): Promise<string> {
  const files: { readonly file: string; readonly name: string }[] = []
  for await (const path of glob('src/tasks/*.ts', { cwd: root })) {
    const name = variantName(readSource(path, await readFile(join(root, path), 'utf8')))
    if (name !== null) files.push({ file: basename(path, '.ts'), name })
  }
  const imports = files.toSorted((a, b) => a.file < b.file ? -1 : 1)
  const wireOrder = (name: string) => VARIANT_NAMES.includes(name) ? VARIANT_NAMES.indexOf(name) : VARIANT_NAMES.length
  const listed = imports.toSorted((a, b) => wireOrder(a.name) - wireOrder(b.name))
  return [
    '/** Every task variant, in the order of the wire. Written by `npm run gen` from the files of this folder. */',
    ...imports.map(({ file }) => `import ${camel(file)} from './${file}.ts'`),
    '',
    'export const VARIANTS = [',
    ...listed.map(({ file }) => `  ${camel(file)},`),
    '] as const',
    '',
  ].join('\n')
}

function camel(kebab: string): string {
  return kebab.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())
}
