/** A member near the end of a JSON text, read without what stands before it. */

const backslash = '\\'

/**
 * The value of the last member of that name, if it stands in the object that is open so many objects deep when the text ends: 1 is the text's own.
 * What stands behind the member must close just those objects, or nothing is told. What stands before it is not looked at, and may be missing.
 * @returns undefined if there is none, or if only reading all of the text can tell
 */
export function lastMember(json: string, name: string, depth: number): unknown {
  const at = json.lastIndexOf(`"${name}"`)
  if (at < 0 || json[at - 1] === backslash) return undefined
  let found = parsed(`${'{"":'.repeat(depth - 1)}{${json.slice(at)}`)
  for (let level = 1; level < depth; level++) found = memberOf(found, '')
  return memberOf(found, name)
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name) ? (value as Readonly<Record<string, unknown>>)[name] : undefined
}
