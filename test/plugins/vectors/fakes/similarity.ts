/** What vendors call the cosine metric. */

export function cosine(one: readonly number[], other: readonly number[]): number {
  const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, number, index) => sum + number * (b[index] ?? 0), 0)
  return dot(one, other) / Math.sqrt(dot(one, one) * dot(other, other))
}

/** The best first. */
export function ranked<T>(
  candidates: readonly T[],
  vector: readonly number[],
  vectorOf: (candidate: T) => readonly number[],
): readonly { readonly candidate: T; readonly score: number }[] {
  return candidates.map(candidate => ({ candidate, score: cosine(vector, vectorOf(candidate)) })).sort((one, other) => other.score - one.score)
}
