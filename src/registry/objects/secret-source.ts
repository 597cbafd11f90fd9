/** Where secrets, and what belongs to them, are read from: the object itself, or every node for itself. services/certificates reads them. */
import { shape, string, variants } from '../../base/fields.ts'
import type { JsonObject } from '../../base/json.ts'
import { isJsonObject } from '../../base/json.ts'
import type { Problems } from '../values/problems.ts'

const PATH_CHARS_MAX = 1_000

export const ENVIRONMENT_VARIABLE = {
  name: 'EnvironmentVariable',
  label: 'An environment variable of each node',
  shape: shape('SecretKeyEnvironmentVariable', {
    variableName: string('The variable that holds it, on each node.', { maxLength: 200, label: 'Variable' }),
  }),
}
export const FILE = {
  name: 'File',
  label: 'A file on each node',
  shape: shape('SecretKeyFile', {
    filePath: string('The file that holds it, on each node; it is looked at again every minute.', {
      maxLength: PATH_CHARS_MAX, label: 'Path',
    }),
  }),
}

/** A key in PEM. */
export const SECRET_TEXT = variants('SecretText', [
  {
    name: 'Text',
    label: 'Kept here',
    shape: shape('SecretTextValue', {
      secret: string('PEM, without a passphrase.', { format: 'secretText', label: 'Private key' }),
    }),
  },
  ENVIRONMENT_VARIABLE,
  FILE,
])

/** A word that two sides share. */
export const SECRET_KEY = variants('SecretKey', [
  { name: 'Value', label: 'Kept here', shape: shape('SecretKeyValue', { secret: string('The secret itself.', { format: 'secret' }) }) },
  ENVIRONMENT_VARIABLE,
  FILE,
])

export function checkPlaces(next: JsonObject, properties: readonly string[], problems: Problems): void {
  for (const property of properties) {
    const { filePath, variableName } = isJsonObject(next[property]) ? next[property] : {}
    if (typeof filePath === 'string' && !filePath.startsWith('/')) {
      problems.invalid([property, 'filePath'], filePath, 'must be a whole path that begins with a slash.')
    }
    if (typeof variableName === 'string' && !/^[A-Za-z_]\w*$/.test(variableName)) {
      problems.invalid([property, 'variableName'], variableName, 'must be the name of a variable, such as TLS_KEY.')
    }
  }
}
