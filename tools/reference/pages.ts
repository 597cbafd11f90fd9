/** The pages that `npm run gen` writes, by path. */
import { cliPage } from './cli.ts'
import { configurationPage } from './configuration.ts'
import { errorsPage } from './errors.ts'
import { lanesPage } from './lanes.ts'
import { variantsPage } from './variants.ts'

export function referencePages(): Map<string, string> {
  return new Map([
    ['docs/reference/cli.md', cliPage()],
    ['docs/reference/configuration.md', configurationPage()],
    ['docs/reference/errors.md', errorsPage()],
    ['docs/reference/lanes.md', lanesPage()],
    ['docs/reference/variants.md', variantsPage()],
  ])
}
