/**
 * SpamTag: how much something that the filter has found in a message counts. What there is to find is TAGS; each has a score
 * as long as no SpamTag says another.
 */
import { number, shape, string, variants } from '../../base/fields.ts'
import type { JsonObject } from '../../base/json.ts'
import { object } from '../schema/object.ts'
import type { Problems } from '../values/problems.ts'

const SCORE_MAX = 999_999

/** With their scores. */
export const TAGS = {
  /** The classifier is nearly sure that it is spam. */
  CLASSIFIED_SPAM: 5,
  CLASSIFIED_DOUBTFUL: 2,
  CLASSIFIED_UNSURE: 0,
  /** It is nearly sure that it is none. */
  CLASSIFIED_HAM: -3,
  /** It brings a file whose kind a SpamFileExtension calls bad. */
  BAD_ATTACHMENT: 4,
  /** It brings a file that says to be of another type than its name. */
  ATTACHMENT_TYPE_MISMATCH: 1.5,
  /** It is from, or links to, a domain of the list of blocked domains. */
  BLOCKED_DOMAIN: 5,
} as const satisfies Readonly<Record<string, number>>
export type SpamTagName = keyof typeof TAGS

export function isTag(tag: string): tag is SpamTagName {
  return Object.hasOwn(TAGS, tag)
}

export const spamTag = object({
  name: 'SpamTag',
  label: 'Spam tag',
  doc: 'How much something that the filter finds in a message counts: another score than the one that it has by itself.',
  shape: variants('SpamTag', [
    {
      name: 'Score', label: 'Changes the score',
      shape: shape('SpamTagScore', {
        tag: string(`What was found: ${Object.keys(TAGS).join(', ')}.`, { index: 'unique', maxLength: 100, label: 'Tag' }),
        score: number('What it adds to the score of a message; below zero it takes away.', 'float', { min: -SCORE_MAX, max: SCORE_MAX, default: 0, label: 'Score' }),
      }),
    },
  ]),
  labelProperty: 'tag',
  columns: ['tag', 'score'],
  filters: { tag: { type: { type: 'string', format: 'string' }, label: 'Tag' } },
  sections: { SpamTagScore: [{ title: 'Tag', fields: ['tag', 'score'] }] },
  menu: { section: 'Settings', icon: 'shield-alert', group: 'Spam', link: 'Scores' },
  hooks: { check: refuseUnknownTags },
})

function refuseUnknownTags({ tag }: JsonObject, _before: JsonObject | null, problems: Problems): void {
  if (typeof tag === 'string' && !isTag(tag)) problems.invalid(['tag'], tag, `must be one of ${Object.keys(TAGS).join(', ')}.`)
}
