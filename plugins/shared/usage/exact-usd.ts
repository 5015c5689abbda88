/** Dollars without the dust of binary fractions: sums of what is exact in decimals are exact. */
export function exactUsd(usd: number): number {
  return Number(usd.toPrecision(14))
}
