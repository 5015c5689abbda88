/** What is found out about a text, once for each. */

/** Many models are known by name; callers may name any. */
const most = 500

/** A function that asks `find` once for each text, as long as there are not too many of them. @param find pure */
export function memoize<T extends object | string>(find: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>()
  return text => {
    const before = known.get(text)
    if (before !== undefined) return before
    if (known.size >= most) known.clear()
    const found = find(text)
    known.set(text, found)
    return found
  }
}
