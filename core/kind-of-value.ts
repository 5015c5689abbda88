/** What a value is, for people: its kind and never its content, which may be a caller's. */

export function kindOfValue(value: unknown): string {
  if (value === undefined || value === null) return String(value)
  if (Array.isArray(value)) return 'a list'
  if (typeof value !== 'object') return kinds[typeof value] ?? `a ${typeof value}`
  const { name } = (value as { readonly constructor?: { readonly name?: unknown } }).constructor ?? {}
  return typeof name !== 'string' || name === '' || name === 'Object' ? 'an object' : `an instance of ${name}`
}

const kinds: Readonly<Record<string, string>> = { string: 'a text', boolean: 'true or false' }
