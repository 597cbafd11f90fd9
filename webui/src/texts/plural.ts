/** Counts in words: the forms of a language by its plural rules, the number as the language writes it. */
export function counter(language: string): (count: number, forms: { readonly one: string; readonly other: string }) => string {
  const rules = new Intl.PluralRules(language)
  const numbers = new Intl.NumberFormat(language)
  return (count, { one, other }) => (rules.select(count) === 'one' ? one : other).replace('#', numbers.format(count))
}
