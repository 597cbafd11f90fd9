/**
 * What a role allows. A node without a role runs everything; a node whose role does not exist runs nothing until it
 * does: work that nobody was meant to do is worse than work that waits and is reported.
 */

/** Either group of a ClusterRole. `members`: duties (taskTypes) or listener ids. */
export type Group =
  | { readonly kind: 'EnableAll' } | { readonly kind: 'DisableAll' }
  | { readonly kind: 'EnableSome' | 'DisableSome'; readonly members: ReadonlySet<string> }

export type Role =
  | { readonly kind: 'none' }
  | { readonly kind: 'unknown'; readonly name: string }
  | { readonly kind: 'known'; readonly name: string; readonly tasks: Group; readonly listeners: Group }

export function enabledDuties(role: Role, duties: readonly string[]): string[] {
  return duties.filter(duty => allowed(role, role.kind === 'known' ? role.tasks : null, duty))
}

export function listenerEnabled(role: Role, listenerId: string): boolean {
  return allowed(role, role.kind === 'known' ? role.listeners : null, listenerId)
}

function allowed(role: Role, group: Group | null, member: string): boolean {
  if (group === null) return role.kind === 'none'
  switch (group.kind) {
    case 'EnableAll': return true
    case 'DisableAll': return false
    case 'EnableSome': return group.members.has(member)
    case 'DisableSome': return !group.members.has(member)
  }
}
