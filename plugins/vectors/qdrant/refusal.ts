/** What Qdrant says when it refuses a call: its client keeps that apart from the message. */

export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly status: number

  private constructor(status: number, message: string) {
    super(message)
    this.status = status
  }

  /** @returns undefined for an error that is no answer of the server */
  static in(cause: unknown): Refusal | undefined {
    if (!(cause instanceof Error && 'status' in cause && typeof cause.status === 'number')) return undefined
    const { data } = cause as { readonly data?: string | { readonly status?: { readonly error?: string } } }
    const words = typeof data === 'string' ? data : data?.status?.error
    return new Refusal(cause.status, `${cause.status} ${words ?? cause.message}`.trim())
  }
}
