/** `notValidAfter` → `Not valid after`: for a field that no form of the schema names. */
export function wordsOf(name: string): string {
  const words = name.replace(/^@/, '').replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase()
  return words.charAt(0).toUpperCase() + words.slice(1)
}
