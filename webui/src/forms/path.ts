/** Places in the value of a form: property names, keys of maps and lists. As text they are the pointers of a patch (RFC 8620 §5.3). */
import type { Json, JsonObject } from '../../../src/base/json.ts'
import { isJsonObject, ownValue } from '../../../src/base/json.ts'

export type Path = readonly string[]

export function pointer(path: Path): string {
  return path.map(part => part.replaceAll('~', '~0').replaceAll('/', '~1')).join('/')
}

export function pathOf(text: string): Path {
  return text.replace(/^\//, '').split('/').map(part => part.replaceAll('~1', '/').replaceAll('~0', '~'))
}

export function valueAt(value: Json, path: Path): Json | undefined {
  let at: Json | undefined = value
  for (const part of path) at = isJsonObject(at) ? ownValue(at, part) : undefined
  return at
}

/** A copy with the value put in; undefined takes the key out. Parts on the way that are no objects become such. */
export function withValue(value: JsonObject, path: Path, next: Json | undefined): JsonObject {
  const [key, ...rest] = path
  if (key === undefined) return isJsonObject(next) ? next : value
  const inner = ownValue(value, key)
  const put = rest.length === 0 ? next : withValue(isJsonObject(inner) ? inner : {}, rest, next)
  if (put !== undefined) return { ...value, [key]: put }
  const { [key]: _, ...others } = value
  return others
}
