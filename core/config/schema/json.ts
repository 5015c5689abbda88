/** Strict JSON: what `JSON.parse` takes, and no key twice in one object. */

/** @throws SyntaxError that never quotes the text, which may hold secrets */
export function parseJson(text: string): unknown {
  const value = parse(text)
  const repeated = repeatedKey(text)
  if (repeated !== undefined) throw new SyntaxError(`JSON with the key ${repeated} twice`)
  return value
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new SyntaxError('text that is not JSON')
  }
}

/** The first key that stands twice in one object of a valid JSON text. */
function repeatedKey(text: string): string | undefined {
  const open: Set<string>[] = []
  for (const [, key, bracket] of text.matchAll(/("(?:[^"\\]|\\.)*")\s*:|"(?:[^"\\]|\\.)*"|([{}])/g)) {
    if (bracket === '{') open.push(new Set())
    if (bracket === '}') open.pop()
    if (key === undefined) continue
    const name = JSON.stringify(JSON.parse(key))
    const keys = open.at(-1)
    if (keys?.has(name)) return name
    keys?.add(name)
  }
  return undefined
}
