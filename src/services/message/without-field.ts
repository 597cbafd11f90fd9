/** Takes header fields out of a message as it came, without reading the rest of it. */
const [LF, CR, SPACE, TAB, COLON] = [10, 13, 32, 9, 58]

/** The message without the fields of this name (RFC 5322 §2.2), continued lines included; the same octets when there are none. */
export function withoutField(content: Uint8Array, name: string): Uint8Array {
  const octets = Buffer.from(content.buffer, content.byteOffset, content.byteLength)
  const kept: Buffer[] = []
  let [at, keptFrom, isInside] = [0, 0, false]
  while (at < octets.length && !isBlankLine(octets, at)) {
    const isContinued = octets[at] === SPACE || octets[at] === TAB
    const isNamed = isContinued ? isInside : beginsField(octets, at, name)
    if (isNamed && !isInside) kept.push(octets.subarray(keptFrom, at))
    if (isInside && !isNamed) keptFrom = at
    isInside = isNamed
    const end = octets.indexOf(LF, at)
    at = end === -1 ? octets.length : end + 1
  }
  if (isInside) keptFrom = at
  return kept.length === 0 ? content : Buffer.concat([...kept, octets.subarray(keptFrom)])
}

/** Between the header and the body. */
function isBlankLine(octets: Buffer, at: number): boolean {
  return octets[at] === LF || (octets[at] === CR && octets[at + 1] === LF)
}

function beginsField(octets: Buffer, at: number, name: string): boolean {
  let end = at + name.length
  if (octets.toString('latin1', at, end).toLowerCase() !== name.toLowerCase()) return false
  // Old mail may have spaces in front of the colon (RFC 5322 §4.5).
  while (octets[end] === SPACE || octets[end] === TAB) end++
  return octets[end] === COLON
}
