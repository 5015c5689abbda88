/** The value grammar: what an operator writes, as the number or boolean that it means; undefined for anything else. */

const words: Readonly<Record<string, boolean>> = { true: true, 1: true, yes: true, on: true, false: false, 0: false, no: false, off: false }

/** `true`, `1`, `yes`, `on` and their opposites, in any case. */
export function readBoolean(written: unknown): boolean | undefined {
  const word = String(written).trim().toLowerCase()
  return Object.hasOwn(words, word) ? words[word] : undefined
}

/** Decimal digits with an optional sign. */
export function readInteger(text: string): number | undefined {
  return /^\s*[+-]?\d+\s*$/.test(text) ? Number(text) : undefined
}

/** Decimal or exponent form, finite. */
export function readNumber(text: string): number | undefined {
  const number = /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i.test(text) ? Number(text) : Number.NaN
  return Number.isFinite(number) ? number : undefined
}

/** `500ms`, `2s`, `1h30m`, or a bare `0`, in milliseconds. */
export function readDuration(written: unknown): number | undefined {
  const text = String(written).trim()
  if (text === '0') return 0
  const parts = /^(?:([\d.]+)h)?(?:([\d.]+)m(?!s))?(?:([\d.]+)s)?(?:([\d.]+)ms)?$/.exec(text)
  if (parts === null || text === '') return undefined
  return total(parts.slice(1), [3_600_000, 60_000, 1000, 1])
}

/** A duration, or a whole number of seconds, in milliseconds. */
export function readSeconds(written: unknown): number | undefined {
  const text = String(written).trim()
  return /^\d+$/.test(text) ? Number(text) * 1000 : readDuration(text)
}

/** `10M`, `10MB`, `1024K`, `1G` or bytes, in bytes; multiples are binary. */
export function readSize(written: unknown): number | undefined {
  const parts = /^(\d+)\s*([KMGT]?)(?:i?B)?$/i.exec(String(written).trim())
  if (parts === null) return undefined
  const [, digits, unit = ''] = parts
  return Number(digits) * 1024 ** ' KMGT'.indexOf(unit.toUpperCase() || ' ')
}

/** Comma-separated items, trimmed, blanks dropped. */
export function readList(text: string): string[] {
  return text
    .split(',')
    .map(item => item.trim())
    .filter(item => item !== '')
}

/** The formats that are written with a unit. */
export type Unit = 'duration' | 'seconds' | 'size'

export const units: Readonly<Record<Unit, (written: unknown) => number | undefined>> = {
  duration: readDuration,
  seconds: readSeconds,
  size: readSize,
}

function total(parts: readonly (string | undefined)[], factors: readonly number[]): number | undefined {
  const numbers = parts.map(part => (part === undefined ? 0 : readNumber(part)))
  const known = numbers.filter(number => number !== undefined)
  if (known.length < numbers.length) return undefined
  return known.reduce((sum, number, i) => sum + number * (factors[i] ?? 0), 0)
}
