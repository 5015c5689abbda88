/** `.env` files: `KEY=value`, `export KEY=value`, comments, single and double quotes, no interpolation. */

export interface DotenvEntry {
  readonly value: string
  readonly line: number
}

export interface Dotenv {
  readonly entries: ReadonlyMap<string, DotenvEntry>
  /** Lines that are neither an assignment nor a comment. */
  readonly malformed: readonly number[]
  /** Names that were given more than once; the last one counts. */
  readonly repeated: readonly string[]
}

const space = '[^\\S\\n]*'
const end = `(?:[^\\S\\n]+#[^\\n]*|${space})(?:\\n|$)`
const values = [`'([^']*)'`, `"((?:[^"\\\\]|\\\\[^])*)"`, `((?:(?!['"])[^\\s#][^\\n]*?)?)`]
const blank = new RegExp(`${space}(?:#[^\\n]*)?(?:\\n|$)`, 'y')
const assignment = new RegExp(`${space}(?:export[^\\S\\n]+)?([A-Za-z_][\\w.-]*)${space}=${space}(?:${values.join('|')})${end}`, 'y')
const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' }

export function parseDotenv(source: string): Dotenv {
  const text = source.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n')
  const entries = new Map<string, DotenvEntry>()
  const malformed: number[] = []
  const repeated: string[] = []
  for (let at = 0, line = 1; at < text.length;) {
    const match = matchAt(blank, text, at) ?? matchAt(assignment, text, at) ?? []
    const [consumed = restOfLine(text, at), name, ...quoted] = match
    if (match.length === 0) malformed.push(line)
    if (name !== undefined && entries.has(name)) repeated.push(name)
    if (name !== undefined) entries.set(name, { value: unquote(quoted), line })
    at += consumed.length
    line += consumed.split('\n').length - 1
  }
  return { entries, malformed, repeated }
}

function matchAt(pattern: RegExp, text: string, at: number): readonly (string | undefined)[] | undefined {
  pattern.lastIndex = at
  return pattern.exec(text) ?? undefined
}

function restOfLine(text: string, at: number): string {
  const end = text.indexOf('\n', at)
  return text.slice(at, end === -1 ? text.length : end + 1)
}

function unquote([single, double, bare]: readonly (string | undefined)[]): string {
  return single ?? double?.replace(/\\([^])/g, (kept, letter: string) => escapes[letter] ?? ('"\\'.includes(letter) ? letter : kept)) ?? bare ?? ''
}
