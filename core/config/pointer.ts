/** RFC 6901 pointers into trees of plain values. */

export type Tree = Record<string, unknown>

/** The pointer of a child. */
export function join(pointer: string, ...keys: readonly (string | number)[]): string {
  return pointer + keys.map(key => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}

/** The keys that a pointer names, from the root. */
export function keysOf(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map(key => key.replaceAll('~1', '/').replaceAll('~0', '~'))
}

/** The pointer itself, then its ancestors up to the root (`''`). */
export function* upwards(pointer: string): Generator<string> {
  for (let at = pointer; at !== ''; at = at.slice(0, at.lastIndexOf('/'))) yield at
  yield ''
}

export function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && [Object.prototype, null].includes(Object.getPrototypeOf(value) as object | null)
}

/** The value at a pointer; undefined if there is none. */
export function getIn(root: unknown, pointer: string): unknown {
  return keysOf(pointer).reduce<unknown>(child, root)
}

/** Sets the value at a pointer, making maps on the way where nothing fitting stands. */
export function setIn(root: Tree, pointer: string, value: unknown): void {
  const keys = keysOf(pointer)
  const last = keys.pop()
  if (last !== undefined) put(keys.reduce<Tree | unknown[]>(descend, root), last, value)
}

/** The value without what some keys lead to; it is left as it is itself. */
export function without(value: unknown, [key, ...rest]: readonly string[]): unknown {
  if (Array.isArray(value)) return value.map((item, index) => (rest.length > 0 && String(index) === key ? without(item, rest) : (item as unknown)))
  if (key === undefined || !isTree(value) || !Object.hasOwn(value, key)) return value
  const { [key]: part, ...others } = value
  return rest.length === 0 ? others : { ...others, [key]: without(part, rest) }
}

/** The tree, frozen to its leaves. */
export function deepFreeze<T>(value: T): T {
  if (isTree(value) || Array.isArray(value)) Object.values(value).forEach(deepFreeze)
  return typeof value === 'object' && value !== null ? Object.freeze(value) : value
}

function child(parent: unknown, key: string): unknown {
  return typeof parent === 'object' && parent !== null && Object.hasOwn(parent, key) ? (parent as Tree)[key] : undefined
}

function descend(parent: Tree | unknown[], key: string): Tree | unknown[] {
  const found = child(parent, key)
  if (isTree(found) || Array.isArray(found)) return found
  const made: Tree = {}
  put(parent, key, made)
  return made
}

/** Defines rather than assigns, so that a key called `__proto__` is a key. */
function put(parent: Tree | unknown[], key: string, value: unknown): void {
  Object.defineProperty(parent, key, { value, writable: true, enumerable: true, configurable: true })
}
