const ACRONYM = /^[A-Z0-9-]{2,}$/

/** `notValidAfter` → `Not valid after`, `DKIM key` as it is: for what the schema gives no label, or one to stand in a sentence. */
export function wordsOf(name: string): string {
  const words = name.replace(/^@/, '').replace(/([a-z])([A-Z])/g, '$1 $2').split(' ').map(word => ACRONYM.test(word) ? word : word.toLowerCase()).join(' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}
