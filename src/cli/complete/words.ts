/** A command line as far as the cursor, in words, as a shell would take it: quotes and backslashes, nothing else. */
export interface TypedLine {
  /** Without the name of the program; the last one is being typed and may be empty. */
  readonly words: readonly string[]
  /** The last word stands in quotes that are still open. */
  readonly quoted: boolean
}

export function splitLine(line: string): TypedLine {
  const words: string[] = []
  let word: string | null = null
  let quote: '"' | "'" | null = null
  for (let index = 0; index < line.length; index++) {
    const character = line[index] ?? ''
    if (character === quote) quote = null
    else if (character === '\\' && quote !== "'") word = (word ?? '') + (line[++index] ?? '')
    else if (quote !== null) word = (word ?? '') + character
    else if (character === '"' || character === "'") {
      quote = character
      word ??= ''
    } else if (/\s/.test(character)) {
      if (word !== null) words.push(word)
      word = null
    } else word = (word ?? '') + character
  }
  words.push(word ?? '')
  return { words: words.slice(1), quoted: quote !== null }
}
