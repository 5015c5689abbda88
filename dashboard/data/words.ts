/** Numbers, money and times as people read them. */

import { timeZone } from './time-zone.ts'

const whole = new Intl.NumberFormat('en-US')
const short = new Intl.NumberFormat('en-US', { notation: 'compact', maximumFractionDigits: 1 })

/** Nothing is known where it is null. */
export function count(value: number | null): string {
  return value === null ? '–' : whole.format(value)
}

/** 12,300 is 12.3K. */
export function shortCount(value: number): string {
  return value < 10_000 ? whole.format(value) : short.format(value)
}

/** Nothing is known of the cost where it is null; 0 is free. */
export function money(usd: number | null): string {
  if (usd === null) return '–'
  if (usd !== 0 && Math.abs(usd) < 0.01) return `$${usd.toPrecision(2)}`
  return `$${usd.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`
}

export function share(part: number, all: number): string {
  return all === 0 ? '–' : `${((100 * part) / all).toFixed(1)} %`
}

export function duration(ms: number | null): string {
  if (ms === null) return '–'
  if (ms < 1000) return `${ms < 10 ? ms.toFixed(1) : ms.toFixed(0)} ms`
  return ms < 60_000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`
}

/** In the chosen time zone. */
export function time(at: string | null): string {
  if (at === null) return '–'
  return new Date(at).toLocaleString('sv-SE', { timeZone: timeZone.value })
}

const units: Readonly<Record<string, number>> = { K: 1e3, M: 1e6, B: 1e9, T: 1e12, s: 1000, min: 60_000 }

/** The amount that one of these texts begins with, durations in milliseconds: 12300 in `12.3K`. */
export function amountIn(text: string): number | undefined {
  const [, digits, unit = ''] = /(-?\d[\d,.]*(?:e[-+]\d+)?)(?: ?(K|M|B|T|s|min)\b)?/.exec(text) ?? []
  return digits === undefined ? undefined : Number(digits.replaceAll(',', '')) * (units[unit] ?? 1)
}

/** A name for addresses and files: `Input, per million` is `input-per-million`. */
export function slug(title: string): string {
  return title
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, '-')
    .replaceAll(/^-|-$/g, '')
}
