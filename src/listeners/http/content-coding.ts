/** Accept-Encoding (RFC 9110 §12.5.3): whether the client takes a coding. Without the header: no, it might not know it. */
export function takesCoding(header: string | string[] | undefined, coding: 'br' | 'gzip'): boolean {
  const codings = String(header ?? '').toLowerCase().split(',')
    .map(each => each.split(';').map(part => part.trim()))
  const named = codings.find(([name]) => name === coding) ?? codings.find(([name]) => name === '*')
  return named !== undefined && !named.some(part => /^q=0(?:\.0*)?$/.test(part))
}
