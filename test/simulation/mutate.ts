/**
 * Turns the files that are loaded from now on into those of one mutant: its text is replaced in its file as that is read.
 * What was to be replaced and is not there, or more than once, makes the import fail.
 */
import { registerHooks } from 'node:module'
import { fileURLToPath } from 'node:url'
import { MUTANTS } from './mutants.ts'

export function mutate(name: string): void {
  const mutant = MUTANTS.find(each => each.name === name)
  if (!mutant) throw new Error(`there is no mutant ${name}; there are ${MUTANTS.map(each => each.name).join(', ')}`)
  const { file, from, to } = mutant
  const path = fileURLToPath(new URL(`../../${file}`, import.meta.url))
  registerHooks({
    load(url, context, nextLoad) {
      const loaded = nextLoad(url, context)
      if (!url.startsWith('file:') || fileURLToPath(url) !== path) return loaded
      const source = String(loaded.source)
      if (source.split(from).length !== 2) throw new Error(`${file} does not hold once: ${from}`)
      return { ...loaded, source: source.replace(from, () => to) }
    },
  })
}
