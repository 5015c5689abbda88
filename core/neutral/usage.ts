/** Tokens of one call, counted the same way for every vendor. */

/** Absent members were not reported. */
export interface Usage {
  /** All of the prompt: what was read from and written to a cache included. */
  readonly inputTokens?: number
  /** All of the answer: reasoning included. */
  readonly outputTokens?: number
  /** Part of `inputTokens`: read from the provider's cache. */
  readonly cachedTokens?: number
  /** Part of `inputTokens`: written to the provider's cache. */
  readonly cacheWriteTokens?: number
  /** Parts of `cacheWriteTokens`, by how long they are kept. */
  readonly cacheWrite5mTokens?: number
  readonly cacheWrite1hTokens?: number
  /** Part of `outputTokens`. */
  readonly reasoningTokens?: number
  readonly audioInputTokens?: number
  readonly audioOutputTokens?: number
  /** As the provider says; else the sum. */
  readonly totalTokens?: number
}
