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
  /** The provider's own usage object, for what is counted nowhere above; not listed among the members. */
  readonly raw?: RawUsage
}

/** As a provider spells it: counts, details, costs. */
export type RawUsage = Readonly<Record<string, unknown>>

type Counts = Omit<Usage, 'raw'>

/** `raw` is a getter, so that it is not listed: defining such a member on each object takes longer than reading the counts. */
class ReadUsage {
  #raw: RawUsage | (() => RawUsage)

  constructor(raw: RawUsage | (() => RawUsage), counts: { readonly [name in keyof Counts]: Counts[name] | undefined }) {
    this.#raw = raw
    const own = this as Record<string, unknown>
    for (const name in counts) if (isCount(counts[name as keyof Counts])) own[name] = counts[name as keyof Counts]
  }

  get raw(): RawUsage {
    if (typeof this.#raw === 'function') this.#raw = this.#raw()
    return this.#raw
  }
}

/** Some providers say -1 of what they did not count. */
function isCount(count: number | undefined): boolean {
  return count !== undefined && count >= 0 && count < Infinity
}

/** Counts, as far as they were reported. @param raw what they were read from, or what reads it when somebody asks */
export function readFrom(raw: RawUsage | (() => RawUsage), counts: { readonly [name in keyof Counts]: Counts[name] | undefined }): Usage {
  return new ReadUsage(raw, counts)
}

/** With some vendors the answer's tokens are those without reasoning, which only the total tells. */
export function wholeOutput({
  input,
  output,
  reasoning = 0,
  total,
}: { readonly [count in 'input' | 'output' | 'reasoning' | 'total']: number | undefined }): number | undefined {
  const isWithout = input !== undefined && output !== undefined && reasoning > 0 && total === input + output + reasoning
  return isWithout ? output + reasoning : output
}
