/** Namespaces of tools. No other dialect knows them: there, the name of a tool begins with that of its namespace. */

import type { Members } from '../../../core/neutral/members.ts'
import type { OwnName } from '../../../core/neutral/request.ts'

/** The one name of a tool that an object of the client's names, whose namespace stands beside its name. */
export function toolName(named: Members): string {
  const [namespace, name] = [named.text('namespace'), named.filled('name')]
  return namespace === undefined ? name : flatName({ namespace, name })
}

export function flatName({ namespace, name }: OwnName): string {
  return `${namespace.replace(/_+$/, '')}__${name}`
}
