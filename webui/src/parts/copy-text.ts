/** Puts a text into the clipboard, also where the page has no secure context and therefore no clipboard of its own. */
export async function copyText(text: string): Promise<void> {
  // The type says that it is always there; over http it is only on the machine itself.
  const { clipboard } = navigator as { readonly clipboard?: Clipboard }
  if (clipboard !== undefined) {
    await clipboard.writeText(text)
    return
  }
  const field = document.createElement('textarea')
  field.value = text
  field.className = 'unseen'
  const focused = document.activeElement
  // A dialog would take the focus back from anything outside of it.
  const place = focused?.closest('[role=dialog]') ?? document.body
  place.append(field)
  field.select()
  document.execCommand('copy')
  field.remove()
  if (focused instanceof HTMLElement) focused.focus()
}
