/** Text with placeholders: `${VAR}`, `${VAR:-default}`, `${scheme:reference}`, and `$${` for a literal `${`. */

type Piece =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'variable'; readonly text: string; readonly name: string; readonly fallback: string | undefined }
  | { readonly kind: 'secret'; readonly text: string; readonly scheme: string; readonly reference: string }
  | { readonly kind: 'broken'; readonly text: string }

/** Text from a variable or a flag: secret references hold in it, `${VAR}` is never filled in. */
export class Verbatim {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

export type Text = string | Verbatim

/** The value of a variable; undefined if it is unset or blank. */
export type Lookup = (name: string) => string | undefined

/** The value behind a secret reference. @throws Error saying why there is none, without the reference */
export type Resolve = (scheme: string, reference: string) => string

export function isText(value: unknown): value is Text {
  return typeof value === 'string' || value instanceof Verbatim
}

export class Template {
  readonly #pieces: readonly Piece[]
  readonly #lookup: Lookup

  constructor(text: Text, lookup: Lookup) {
    this.#pieces = split(typeof text === 'string' ? text : text.text)
    this.#lookup = typeof text === 'string' ? lookup : () => undefined
  }

  /** The placeholders that would stay as they are, as written. */
  get unresolved(): readonly string[] {
    return this.#pieces.filter(piece => piece.kind === 'broken' || this.#isUnset(piece)).map(piece => piece.text)
  }

  /** The names of the variables that it says. */
  get variables(): readonly string[] {
    return this.#pieces.flatMap(piece => (piece.kind === 'variable' ? [piece.name] : []))
  }

  get hasSecrets(): boolean {
    return this.#pieces.some(piece => piece.kind === 'secret')
  }

  /** Whether it comes to nothing but blanks; a secret reference always counts as something. */
  get isBlank(): boolean {
    return !this.hasSecrets && this.fill(() => '').trim() === ''
  }

  /** The text with everything filled in that can be; what it was filled with is not scanned again. */
  fill(resolve: Resolve): string {
    return this.#pieces.map(piece => this.#fillPiece(piece, resolve)).join('')
  }

  #fillPiece(piece: Piece, resolve: Resolve): string {
    if (piece.kind === 'variable') return this.#lookup(piece.name) ?? piece.fallback ?? piece.text
    if (piece.kind === 'secret') return resolve(piece.scheme, piece.reference)
    return piece.text
  }

  #isUnset(piece: Piece): boolean {
    return piece.kind === 'variable' && piece.fallback === undefined && this.#lookup(piece.name) === undefined
  }
}

const placeholder = /\$\$\{|\$\{([^{}]*)\}/g

function split(text: string): Piece[] {
  const pieces: Piece[] = []
  let end = 0
  for (const match of text.matchAll(placeholder)) {
    pieces.push(...plain(text.slice(end, match.index)), read(match[0], match[1]))
    end = match.index + match[0].length
  }
  return [...pieces, ...plain(text.slice(end))]
}

/** Text between placeholders; a `${` in it was never closed, or holds another. */
function plain(text: string): Piece[] {
  if (text === '') return []
  return [{ kind: text.includes('${') ? 'broken' : 'text', text }]
}

function read(text: string, inside: string | undefined): Piece {
  if (inside === undefined) return { kind: 'text', text: '${' }
  const [, scheme, reference] = /^([a-z][a-z0-9+.-]*):(?!-)(.+)$/s.exec(inside) ?? []
  if (scheme !== undefined && reference !== undefined) return { kind: 'secret', text, scheme, reference }
  const [, name, fallback] = /^([A-Za-z_]\w*)(?::-(.*))?$/s.exec(inside) ?? []
  return name === undefined ? { kind: 'broken', text } : { kind: 'variable', text, name, fallback }
}
