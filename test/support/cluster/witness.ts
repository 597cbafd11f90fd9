/**
 * Loaded before a node (`node --import`), it puts a witness around every task variant: whoever asks for the catalogue gets
 * the one of `witnessed-catalogue.ts`. Production code is as it is, and knows nothing of it.
 */
import { registerHooks } from 'node:module'

const CATALOGUE = new URL('../../../src/tasks/catalogue.ts', import.meta.url).href
const WITNESSED = new URL('witnessed-catalogue.ts', import.meta.url).href

registerHooks({
  resolve(specifier, context, nextResolve) {
    const resolved = nextResolve(specifier, context)
    return resolved.url === CATALOGUE && context.parentURL !== WITNESSED ? { ...resolved, url: WITNESSED } : resolved
  },
})
