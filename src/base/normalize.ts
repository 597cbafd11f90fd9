/**
 * Unicode normalization of text that strangers have written. Its work grows with the square of the number of marks that stand on
 * one letter: 60,000 of them would take seconds. No language has more than a few; of more than MARKS_MAX the rest is left
 * out, which is also the bound of the Stream-Safe Text Format (UAX #15 §13).
 */

const MARKS_MAX = 30
const TOO_MANY_MARKS = new RegExp(`(\\p{M}{${MARKS_MAX}})\\p{M}+`, 'gu')

export function normalized(text: string, form: 'NFC' | 'NFKC' | 'NFKD'): string {
  return text.replace(TOO_MANY_MARKS, '$1').normalize(form)
}
