/** A file of Google's with credentials. */

export class CredentialFile {
  /** Where it comes from, for messages. */
  readonly source: string
  readonly #members: Readonly<Record<string, unknown>>

  /** @throws Error if it is no JSON object; nothing of the text is shown */
  constructor(source: string, text: string) {
    this.source = source
    this.#members = parsed(source, text)
  }

  get type(): string {
    return this.text('type')
  }

  /** @throws Error if it is missing */
  text(name: string): string {
    const value = this.optionalText(name)
    if (value === undefined) throw new Error(`${this.source} has no ${name}`)
    return value
  }

  optionalText(name: string): string | undefined {
    const value = this.#members[name]
    return typeof value === 'string' && value !== '' ? value : undefined
  }

  /** A member that is an object; empty if it is none. */
  object(name: string): Readonly<Record<string, unknown>> {
    const value = this.#members[name]
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {}
  }
}

function parsed(source: string, text: string): Readonly<Record<string, unknown>> {
  try {
    const value = JSON.parse(text) as unknown
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Readonly<Record<string, unknown>>
  } catch {
    // The parser's message would show what it stumbled over.
  }
  throw new Error(`${source} is no JSON object`)
}
