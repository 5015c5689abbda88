/** The caller's side of a reply. */

/** Where a reply is written. Nothing is sent before `head`. */
export interface Sink {
  /** Whether the status has been given. */
  readonly committed: boolean
  /** @param headers flat: name, value, name, value …; what HTTP has room for */
  head(status: number, headers: readonly string[]): void
  /** @returns false when the caller cannot take more now; see `whenDrained` */
  write(bytes: Buffer): boolean
  end(bytes?: Buffer): void
  whenDrained(callback: () => void): void
  /** Breaks the connection off: the only honest end of bytes that nobody frames. */
  destroy(): void
}
