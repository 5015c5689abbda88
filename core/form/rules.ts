/** What a dialect, or a provider, has to say about the parts of a form. */

/** One part, once it has come. */
export interface FormPart {
  readonly name: string
  /** The content of a field, if it is not too long; undefined of a file. */
  readonly text: string | undefined
  /** The file's name; undefined if the part is no file. */
  readonly filename: string | undefined
}

/** Checks a form while it comes: `part` and `whole` throw a GatewayError for what must not be sent. */
export interface FormRules {
  /** Looks at one part, in their order. */
  part?(part: FormPart, operation: string): void
  /** Looks at all of them, once the last has come. @param names of the parts, in their order */
  whole?(names: readonly string[], operation: string): void
  /** Whether these fields ask for a stream. */
  streams?(fields: ReadonlyMap<string, string>): boolean
}
