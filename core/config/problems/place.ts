/** A place in a configuration file, for messages. */
export interface Place {
  /** An absolute path. */
  readonly file: string
  readonly line: number
  readonly column: number
  /** RFC 6901. */
  readonly pointer: string
}

/** One thing that is wrong with the configuration. */
export interface Problem {
  readonly file?: string
  readonly line?: number
  readonly column?: number
  /** The environment variable or flag at fault. */
  readonly env?: string
  /** RFC 6901. */
  readonly pointer: string
  readonly expected?: string
  /** What was found; `<redacted>` for secrets. */
  readonly got?: string
  readonly message: string
}

/** Where something wrong is to be mended: in a file, a variable or a flag. */
export type Blamed = Omit<Problem, 'message' | 'expected' | 'got'>
