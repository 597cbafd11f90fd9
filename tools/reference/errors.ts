/** docs/reference/errors.md: every error code that people can meet. */
import { ERRORS } from '../../src/errors.ts'
import { code, page, table } from './markdown.ts'

export function errorsPage(): string {
  return page('Errors', '`src/errors.ts`',
    'Codes stand in logs, in health replies and in the reasons of failed tasks. The part before the slash says where to look.',
    table(['code', 'what it means and what to do'], Object.entries(ERRORS).map(([name, doc]) => [code(name), doc])))
}
