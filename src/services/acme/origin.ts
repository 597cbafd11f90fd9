/** Which addresses an authority may make this server ask: those of the origin that the operator has named. */
import { RotaError } from '../../errors.ts'

const URL_CHARS_MAX = 2_000

/** The parsed URL. Throws acme/unusable-answer. */
export function reachable(url: string, directory: string): URL {
  const address = url.length > URL_CHARS_MAX ? null : URL.parse(url)
  const wanted = URL.parse(directory)
  if (address === null || wanted === null || address.protocol !== 'https:' || address.username !== '' || address.origin !== wanted.origin) {
    const shown = url.slice(0, 200).toWellFormed()
    throw new RotaError('acme/unusable-answer', `the authority names ${shown}, which is not an https address of ${wanted?.host ?? directory}`)
  }
  return address
}
