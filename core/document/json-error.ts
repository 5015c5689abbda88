/** What is wrong with a text that is no JSON, and where. */

/** The bytes are not JSON. `position` is the offset of the byte at fault; the message says it too, and shows no content. */
export class JsonError extends Error {
  override readonly name = 'JsonError'
  readonly position: number

  constructor(what: string, position: number, cause?: unknown) {
    super(`${what} at byte ${position}`, cause === undefined ? undefined : { cause })
    this.position = position
  }
}
