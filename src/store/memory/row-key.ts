/** The key of a row whose primary key has several columns. */
export function rowKey(...parts: readonly string[]): string {
  return parts.join('\0')
}
