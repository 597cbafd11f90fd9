/** How long a list is. The server counts long lists of tasks only now and then, so pages that are loaded know better. */
export interface LoadedPage { readonly index: number; readonly rows: number | undefined }

/** `counted`: what the server said; null when neither it nor the pages know. */
export function listTotal(counted: number | null, pages: readonly LoadedPage[], pageRows: number): number | null {
  for (const { index, rows } of pages) {
    if (rows === undefined || rows === pageRows) continue
    if (rows > 0 || index === 0) return index * pageRows + rows
    // Past the end, wherever that is.
    return Math.min(counted ?? index * pageRows, index * pageRows)
  }
  if (counted === null) return null
  // A full page past the end that was counted: there may be one more.
  return Math.max(counted, ...pages.map(({ index, rows }) => rows === pageRows && (index + 1) * pageRows > counted ? (index + 1) * pageRows + 1 : 0))
}
