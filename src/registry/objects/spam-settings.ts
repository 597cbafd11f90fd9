/** SpamSettings: what the spam filter does with mail that comes in, and where its rules come from. It counts for the next message, on every node. */
import { boolean, nullable, number, string } from '../../base/fields.ts'
import type { Fields, Infer } from '../../base/fields.ts'
import type { JsonObject } from '../../base/json.ts'
import { wholeBody } from '../ops/present.ts'
import type { RegistryTx } from '../ports.ts'
import { SINGLETON_ID, singleton } from '../schema/object.ts'
import type { Problems } from '../values/problems.ts'

const SCORE_MAX = 100
const URL_CHARS_MAX = 2_000

const FIELDS = {
  enable: boolean('Whether mail that comes in is judged, and whether what people mark as spam is kept to learn from.', {
    default: true, label: 'Filter spam',
  }),
  scoreSpam: number('A message with this score or a higher one goes to Junk.', 'float', {
    min: -SCORE_MAX, max: SCORE_MAX, default: 5, label: 'Score of spam',
  }),
  spamFilterRulesUrl: nullable(
    string('Where new rules are fetched from, over HTTPS; empty: from nowhere.', { format: 'uri', maxLength: URL_CHARS_MAX, label: 'Address of rules' }),
  ),
} satisfies Fields
export type SpamSettings = Infer<typeof FIELDS>

export const spamSettings = singleton({
  name: 'SpamSettings',
  label: 'Spam settings',
  plural: 'Spam settings',
  doc: 'What becomes of mail that looks like spam.',
  fields: FIELDS,
  // Nothing is refused, thrown away or delayed for its score, and nobody is trusted for being known.
  neutral: { scoreReject: [0], scoreDiscard: [0], greylistFor: [null], trustContacts: [false, true], trustReplies: [false, true] },
  sections: {
    SpamSettings: [
      { title: 'Mail that comes in', fields: ['enable', 'scoreSpam'] },
      { title: 'Rules', fields: ['spamFilterRulesUrl'] },
    ],
  },
  menu: { section: 'Settings', icon: 'shield-alert', group: 'Spam', link: 'Filter' },
  hooks: { check: refuseOpenUrls },
})

function refuseOpenUrls(next: JsonObject, before: JsonObject | null, problems: Problems): void {
  const url = next['spamFilterRulesUrl']
  if (typeof url !== 'string' || url === before?.['spamFilterRulesUrl']) return
  const { protocol, username, password } = URL.parse(url) ?? {}
  if (protocol !== 'https:') problems.invalid(['spamFilterRulesUrl'], url, 'must begin with https://.')
  else if (username !== '' || password !== '') problems.invalid(['spamFilterRulesUrl'], '', 'must not contain a name or a password: everybody who sees settings would see it.')
}

/** As it is now, with its defaults where nothing was written. */
export async function spamSettingsNow({ objects }: Pick<RegistryTx, 'objects'>): Promise<SpamSettings> {
  const [stored] = await objects.get(spamSettings.name, [SINGLETON_ID])
  return wholeBody(spamSettings, stored?.body ?? {}) as SpamSettings
}
