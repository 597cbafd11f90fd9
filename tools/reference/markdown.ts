/** The little Markdown that the reference pages need. */

/** A page that nobody edits by hand. */
export function page(title: string, source: string, ...parts: readonly string[]): string {
  return [`<!-- Made from ${source} by \`npm run gen\`: edit that. -->`, `# ${title}`, ...parts].join('\n\n') + '\n'
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [row(head), row(head.map(() => '---')), ...rows.map(row)].join('\n')
}

function row(cells: readonly string[]): string {
  return `| ${cells.map(cell => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`
}

export function code(text: string): string {
  return `\`${text}\``
}

export function fence(text: string): string {
  return `\`\`\`\n${text.trimEnd()}\n\`\`\``
}

export function list(items: readonly string[]): string {
  return items.map(item => `- ${item}`).join('\n')
}
