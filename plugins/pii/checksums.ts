/** Whether the digits of a number fit each other: what tells a card or an identity from any other number. */

/** The digits of a text, separators left out. */
export function digitsOf(text: string): readonly number[] {
  return Array.from(text.replace(/\D/g, ''), Number)
}

/** Cards (ISO/IEC 7812), and the social insurance numbers of Canada. */
export function luhn(digits: readonly number[]): boolean {
  const sum = digits.toReversed().reduce((total, digit, i) => total + (i % 2 === 0 ? digit : digit > 4 ? 2 * digit - 9 : 2 * digit), 0)
  return digits.length > 1 && sum % 10 === 0
}

/** ISO 7064 over letters and digits, as IBANs have it: the remainder by 97, with A as 10. */
export function mod97(text: string): number {
  let remainder = 0
  for (const character of text.toUpperCase()) {
    const value = parseInt(character, 36)
    remainder = (remainder * (value > 9 ? 100 : 10) + value) % 97
  }
  return remainder
}

/** Where an IBAN of its country ends, which begins the text. */
export function ibanEnd(text: string): number {
  let missing = ibanLengths[text.slice(0, 2).toUpperCase()] ?? text.length
  for (let at = 0; at < text.length; at++) {
    if (text[at] !== ' ' && text[at] !== '-') missing--
    if (missing === 0) return at + 1
  }
  return text.length
}

export function isIban(text: string): boolean {
  const spelled = text.replaceAll(/[ -]/g, '').toUpperCase()
  return spelled.length === ibanLengths[spelled.slice(0, 2)] && mod97(spelled.slice(4) + spelled.slice(0, 4)) === 1
}

/** The sum of digits times weights, as far as there are weights. */
export function weighted(digits: readonly number[], weights: readonly number[]): number {
  return weights.reduce((sum, weight, i) => sum + weight * (digits[i] ?? 0), 0)
}

/** Verhoeff's, as India's Aadhaar has it. */
export function verhoeff(digits: readonly number[]): boolean {
  const check = digits.toReversed().reduce((sum, digit, i) => dihedral(sum, permuted(digit, i % 8)), 0)
  return check === 0
}

/** ISO 7064 mod 11, 10, as the tax numbers of Germany and Croatia have it. */
export function mod1110(digits: readonly number[]): boolean {
  const product = digits.slice(0, -1).reduce((carry, digit) => (((digit + carry) % 10 || 10) * 2) % 11, 10)
  return (11 - product) % 10 === digits.at(-1)
}

/** Whether all digits are the same one, which passes many checks. */
export function isMonotonous(digits: readonly number[]): boolean {
  return new Set(digits).size < 2
}

/** The multiplication of the dihedral group of order ten. */
function dihedral(one: number, other: number): number {
  if (one < 5) return other < 5 ? (one + other) % 5 : 5 + ((one + other - 5) % 5)
  return other < 5 ? 5 + ((one - other) % 5) : (one - other + 5) % 5
}

function permuted(digit: number, times: number): number {
  let result = digit
  for (let i = 0; i < times; i++) result = permutation[result] ?? 0
  return result
}

const permutation = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4]

/** Characters of an IBAN, by country (SWIFT's registry). */
const ibanLengths: Readonly<Record<string, number>> = {
  AD: 24,
  AE: 23,
  AL: 28,
  AT: 20,
  AZ: 28,
  BA: 20,
  BE: 16,
  BG: 22,
  BH: 22,
  BI: 27,
  BR: 29,
  BY: 28,
  CH: 21,
  CR: 22,
  CY: 28,
  CZ: 24,
  DE: 22,
  DJ: 27,
  DK: 18,
  DO: 28,
  EE: 20,
  EG: 29,
  ES: 24,
  FI: 18,
  FK: 18,
  FO: 18,
  FR: 27,
  GB: 22,
  GE: 22,
  GI: 23,
  GL: 18,
  GR: 27,
  GT: 28,
  HN: 28,
  HR: 21,
  HU: 28,
  IE: 22,
  IL: 23,
  IQ: 23,
  IS: 26,
  IT: 27,
  JO: 30,
  KW: 30,
  KZ: 20,
  LB: 28,
  LC: 32,
  LI: 21,
  LT: 20,
  LU: 20,
  LV: 21,
  LY: 25,
  MC: 27,
  MD: 24,
  ME: 22,
  MK: 19,
  MN: 20,
  MR: 27,
  MT: 31,
  MU: 30,
  NI: 28,
  NL: 18,
  NO: 15,
  OM: 23,
  PK: 24,
  PL: 28,
  PS: 29,
  PT: 25,
  QA: 29,
  RO: 24,
  RS: 22,
  RU: 33,
  SA: 24,
  SC: 31,
  SD: 18,
  SE: 24,
  SI: 19,
  SK: 24,
  SM: 27,
  SO: 23,
  ST: 25,
  SV: 28,
  TL: 23,
  TN: 24,
  TR: 26,
  UA: 29,
  VA: 22,
  VG: 24,
  XK: 20,
  YE: 30,
}
