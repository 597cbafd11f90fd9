/** The mark of the product: a wheel in three parts around a hub. */
export function Mark() {
  return (
    <svg width="22" height="22" viewBox="0 0 32 32" aria-hidden="true" fill="none" stroke="currentColor" strokeWidth="4">
      <circle cx="16" cy="16" r="12" strokeDasharray="19.13 6" transform="rotate(-76 16 16)" />
      <circle cx="16" cy="16" r="4" fill="currentColor" stroke="none" />
    </svg>
  )
}
