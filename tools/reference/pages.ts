/** The pages that `npm run gen` writes, by path. */
import { NO_DEPARTURES } from '../../src/registry/objects/account-departure.ts'
import { NO_ARCHIVE } from '../../src/registry/objects/archived-item.ts'
import { NO_DOMAIN_WORK } from '../../src/registry/objects/domain-work.ts'
import { NO_SPAM } from '../../src/registry/objects/spam-classifier.ts'
import { standardObjects } from '../../src/registry/objects/standard-objects.ts'
import { NO_SCHEDULES } from '../../src/registry/objects/schedule-rows.ts'
import { NO_MAIL } from '../../src/registry/objects/stored-mail.ts'
import { newKey } from '../../src/services/acme/jose.ts'
import { hashSecret } from '../../src/services/auth/secret.ts'
import { newToken } from '../../src/services/auth/token.ts'
import { CertificateReader } from '../../src/services/certificates/certificate-reader.ts'
import { judgeDkimKey } from '../../src/services/dkim/dkim-key.ts'
import { VARIANTS } from '../../src/tasks/catalogue.ts'
import { CLUSTER_TASK_TYPE } from '../../src/tasks/define.ts'
import { cliPage } from './cli.ts'
import { configurationPage } from './configuration.ts'
import { errorsPage } from './errors.ts'
import { lanesPage } from './lanes.ts'
import { objectsPage } from './objects.ts'
import { permissionsPage } from './permissions.ts'
import { variantsPage } from './variants.ts'

export async function referencePages(): Promise<Map<string, string>> {
  const standard = standardObjects({
    variants: VARIANTS, duties: CLUSTER_TASK_TYPE, secrets: { hashSecret, newToken, newKey }, mail: NO_MAIL, departures: NO_DEPARTURES, archive: NO_ARCHIVE, spam: NO_SPAM, schedules: NO_SCHEDULES,
    waitingFor: () => Promise.resolve([]), parts: () => Promise.resolve([]), scheduleProblem: () => null, domainWork: NO_DOMAIN_WORK, judgeDkimKey: body => judgeDkimKey(body, {}), judgeCertificate: body => new CertificateReader({}).judge(body),
  })
  const objects = standard.all.toSorted((a, b) => a.name < b.name ? -1 : 1)
  return new Map([
    ['docs/reference/cli.md', await cliPage()],
    ['docs/reference/configuration.md', configurationPage()],
    ['docs/reference/errors.md', errorsPage()],
    ['docs/reference/lanes.md', lanesPage()],
    ['docs/reference/objects.md', objectsPage(objects)],
    ['docs/reference/permissions.md', permissionsPage(standard)],
    ['docs/reference/variants.md', variantsPage()],
  ])
}
