/** SpamFileExtension: what the filter thinks of files whose names end so. */
import { boolean, set, string } from '../../base/fields.ts'
import type { JsonObject } from '../../base/json.ts'
import { object } from '../schema/object.ts'
import type { Problems } from '../values/problems.ts'

/** As long as the filter reads it. */
const EXTENSION = /^[\p{Ll}\p{Lo}\p{N}_+-]{1,64}$/u
const TYPES_MAX = 100

export const spamFileExtension = object({
  name: 'SpamFileExtension',
  label: 'File extension',
  doc: 'What the filter thinks of attached files whose names end so.',
  fields: {
    extension: string('The end of the name without its dot, in small letters, such as exe.', { update: 'immutable', index: 'unique', maxLength: 64 }),
    isBad: boolean('A message that brings such a file gets the tag BAD_ATTACHMENT.', { label: 'Bad' }),
    contentTypes: set({ type: 'string', format: 'string', maxLength: 200 }, 'A file that says to be of a type that is not here gets the tag ATTACHMENT_TYPE_MISMATCH; none: any type will do.', {
      maxItems: TYPES_MAX, label: 'Content types',
    }),
  },
  // Files inside of files are not looked at.
  neutral: { isArchive: [false], isNz: [false] },
  labelProperty: 'extension',
  columns: ['extension', 'isBad', 'contentTypes'],
  sections: [{ title: 'File extension', fields: ['extension', 'isBad', 'contentTypes'] }],
  menu: { section: 'Settings', icon: 'shield-alert', group: 'Spam', link: 'File extensions' },
  hooks: { check: refuseWhatNeverFits },
})

function refuseWhatNeverFits({ extension }: JsonObject, _before: JsonObject | null, problems: Problems): void {
  if (typeof extension === 'string' && !EXTENSION.test(extension)) {
    problems.invalid(['extension'], extension, 'must be the end of a name without a dot, in small letters, such as exe.')
  }
}
