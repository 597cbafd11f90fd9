/** How a node is told in the picture: its colour, its pattern, its number. */
import css from './cluster.module.css'
import type { Owner } from './owners.ts'

export function OwnerTag({ owner: { tag, colour, pattern } }: { readonly owner: Pick<Owner, 'tag' | 'colour' | 'pattern'> }) {
  return <span className={css['tag']} data-colour={colour} data-pattern={pattern} aria-hidden="true">{tag}</span>
}
