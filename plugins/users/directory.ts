/** Groups and users, and the paths that follow from who is in which group. */

import { gatewayError, type GatewayError, type Users } from '../../core/index.ts'
import { invalidValue } from '../../core/errors.ts'
import { ancestors } from '../../core/user-path.ts'

export interface Group {
  /** The group that it is in; null at the top. */
  readonly parent: string | null
  /** Milliseconds since 1970. */
  readonly created_at: number
  readonly updated_at: number
}

export interface User {
  readonly name: string
  /** The group that the user is in; null at the top. */
  readonly group: string | null
  readonly description: string
  /** Milliseconds since 1970. */
  readonly created_at: number
  readonly updated_at: number
}

/** The one document that is stored: paths follow from all of it together. */
export interface DirectoryContent {
  /** By name. */
  readonly groups: Readonly<Record<string, Group>>
  /** By id. */
  readonly users: Readonly<Record<string, User>>
}

export const emptyDirectory: DirectoryContent = { groups: {}, users: {} }

export class Directory implements Users {
  readonly content: DirectoryContent
  readonly #groupPaths = new Map<string, string>()
  readonly #groupsByPath = new Map<string, string>()
  readonly #userPaths = new Map<string, string>()
  readonly #usersByPath = new Map<string, string>()

  /** @throws GatewayError if groups lead in a circle, if a group is not there, or if two stand at one path */
  constructor(content: DirectoryContent) {
    this.content = content
    for (const name of Object.keys(content.groups)) this.#place(name, this.#pathOfGroup(name, []), this.#groupPaths, this.#groupsByPath)
    for (const [id, { name, group }] of Object.entries(content.users))
      this.#place(id, `${group === null ? '' : this.#pathOfGroup(group, [])}/${name}`, this.#userPaths, this.#usersByPath)
  }

  pathOf(userId: string): string | undefined {
    return this.#userPaths.get(userId)
  }

  pathOfGroup(name: string): string | undefined {
    return this.#groupPaths.get(name)
  }

  at(path: string): string | undefined {
    if (this.#usersByPath.size === 0) return undefined
    return ancestors(path)
      .map(ancestor => this.#usersByPath.get(ancestor))
      .find(id => id !== undefined)
  }

  /** The groups along a path. */
  groups(path: string): readonly string[] {
    return this.#groupsByPath.size === 0 ? [] : ancestors(path).flatMap(ancestor => this.#groupsByPath.get(ancestor) ?? [])
  }

  #place(what: string, path: string, paths: Map<string, string>, byPath: Map<string, string>): void {
    if (this.#groupsByPath.has(path) || this.#usersByPath.has(path))
      throw gatewayError('conflict', `another group or user stands at ${path}`, { param: 'name' })
    paths.set(what, path)
    byPath.set(path, what)
  }

  #pathOfGroup(name: string, below: readonly string[]): string {
    const known = this.#groupPaths.get(name)
    if (known !== undefined) return known
    if (below.includes(name)) throw invalidValue('parent', `groups lead in a circle: ${[...below.slice(below.indexOf(name)), name].join(' → ')}`)
    const group = Object.hasOwn(this.content.groups, name) ? this.content.groups[name] : undefined
    if (group === undefined) throw noGroup(below.length === 0 ? 'group' : 'parent', name)
    return `${group.parent === null ? '' : this.#pathOfGroup(group.parent, [...below, name])}/${name}`
  }
}

export function noGroup(param: string, name: string): GatewayError {
  return invalidValue(param, `there is no group ${JSON.stringify(name)}`)
}

/** A name that is to be one segment of a path, trimmed. @throws GatewayError */
export function readSegment(given: string, param: string, forbidden = '/'): string {
  const name = given.trim()
  const isWrong = name === '' || name === '.' || name === '..' || [...forbidden, ':'].some(character => name.includes(character))
  if (isWrong)
    throw invalidValue(param, `${param} must be a name without ${[...forbidden, ':'].map(character => `"${character}"`).join(', ')}, and neither "." nor ".."`)
  return name
}
