/** Random JSON, the same for the same seed: values of every kind, spelled in every way. */

import { seededRandom } from '../../../core/testing/seeded-random.ts'

export class Random {
  readonly #next: () => number

  constructor(seed: number) {
    this.#next = seededRandom(seed)
  }

  /** From 0 to `limit` - 1. */
  below(limit: number): number {
    return Math.floor(this.#next() * limit)
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!
  }

  times<T>(limit: number, make: () => T): T[] {
    return Array.from({ length: this.below(limit) }, make)
  }
}

export function randomJson(random: Random, depth = 4): string {
  const kind = random.below(depth > 0 ? 8 : 5)
  if (kind < 2) return randomString(random)
  if (kind === 2) return random.pick(['0', '-0', '1.0', '12345678901234567890', '1e5', '-1.5E+10', '0.1e-7', '7'])
  if (kind < 5) return random.pick(['true', 'false', 'null'])
  const space = () => random.pick(['', '', ' ', '\n  ', '\t', '\r\n'])
  const spaced = (json: string) => space() + json + space()
  if (kind < 7) return `{${random.times(6, () => `${spaced(randomName(random))}:${spaced(randomJson(random, depth - 1))}`).join(',') || space()}}`
  return `[${random.times(6, () => spaced(randomJson(random, depth - 1))).join(',') || space()}]`
}

export function randomString(random: Random): string {
  const piece = () =>
    random.pick(['a', 'model', ' ', 'é', '漢字', '😀', '\\n', '\\"', '\\\\', '\\/', '\\u0041', '\\ud83d\\ude00', '\\ud800', '{', '[', ',', ':', 'x'.repeat(40)])
  return `"${random.times(8, piece).join('')}"`
}

function randomName(random: Random): string {
  return random.pick(['"a"', '"b"', '"model"', '"\\u006dodel"', '"__proto__"', '""', '"é"', randomString(random)])
}
