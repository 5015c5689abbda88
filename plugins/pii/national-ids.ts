/** Numbers by which states know people, with the checks that their authorities publish. */

import type { TextForm } from '../shared/guard/forms.ts'
import { digitsOf, isMonotonous, luhn, mod1110, mod97, verhoeff, weighted } from './checksums.ts'

type Digits = readonly number[]

const digitsFit = (fits: (digits: Digits) => boolean) => (found: string) => {
  const digits = digitsOf(found)
  return !isMonotonous(digits) && fits(digits)
}
const number = (digits: Digits) => Number(digits.join(''))
/** A remainder by eleven, in which ten counts as zero. */
const elevenOrZero = (sum: number) => (sum % 11) % 10
const lettered = (found: string) => found.replaceAll(/[ .-]/g, '').toUpperCase()
const isDay = (month: number, day: number) => month >= 1 && month <= 12 && day >= 1 && day <= 31

/** Of equal finds the first counts. Where a number has no check digit, it must be written as its authority does, or be called by its name. */
export const nationalIds: readonly TextForm[] = [
  {
    entity: 'PT_NIF',
    hint: 'NIF',
    pattern: '\\bNIF:? ?([1-3569][0-9]{2} ?[0-9]{3} ?[0-9]{3})\\b',
    group: 1,
    check: digitsFit(digits => elevenCheck(digits, [9, 8, 7, 6, 5, 4, 3, 2])),
  },
  { entity: 'NL_BSN', hint: 'BSN|[Bb]urgerservice', pattern: '(?i)\\b(?:BSN|burgerservicenummer):? ?([0-9]{8,9})\\b', group: 1, check: digitsFit(isDutchBsn) },
  {
    entity: 'AU_TFN',
    hint: 'TFN|[Tt]ax file',
    pattern: '(?i)\\b(?:TFN|tax file number):? ?([0-9]{3} ?[0-9]{3} ?[0-9]{3})\\b',
    group: 1,
    check: digitsFit(digits => weighted(digits, [1, 4, 3, 7, 5, 8, 6, 9, 10]) % 11 === 0),
  },
  { entity: 'US_SSN', hint: '\\d{3}[- ]\\d{2}[- ]\\d', pattern: '\\b[0-9]{3}-[0-9]{2}-[0-9]{4}\\b|\\b[0-9]{3} [0-9]{2} [0-9]{4}\\b', check: isSocialSecurity },
  { entity: 'US_ITIN', hint: '9\\d\\d[- ]', pattern: '\\b9[0-9]{2}[- ](?:5[0-9]|6[0-5]|7[0-9]|8[0-8]|9[0-24-9])[- ][0-9]{4}\\b' },
  { entity: 'CA_SIN', hint: '\\d{3}[- ]\\d{3}[- ]\\d', pattern: '\\b[1-79][0-9]{2}[- ][0-9]{3}[- ][0-9]{3}\\b', check: digitsFit(luhn) },
  {
    entity: 'UK_NHS',
    hint: '\\d{3} \\d{3} ',
    pattern: '\\b[0-9]{3} [0-9]{3} [0-9]{4}\\b',
    check: digitsFit(digits => weighted(digits, [10, 9, 8, 7, 6, 5, 4, 3, 2, 1]) % 11 === 0),
  },
  {
    entity: 'UK_NINO',
    hint: '[A-Za-z]{2} ?\\d\\d ?\\d\\d ?\\d',
    pattern: '(?i)\\b[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?[0-9]{2} ?[0-9]{2} ?[0-9]{2} ?[A-D]\\b',
    check: found => !/^(?:BG|GB|KN|NK|NT|TN|ZZ)/i.test(found),
  },
  {
    entity: 'DE_TAX_ID',
    hint: '\\b\\d\\d ?\\d{3} ?\\d{3} ?\\d{3}\\b',
    pattern: '\\b[1-9][0-9] ?[0-9]{3} ?[0-9]{3} ?[0-9]{3}\\b',
    check: digitsFit(digits => digits.length === 11 && mod1110(digits) && isGermanTaxId(digits)),
  },
  {
    entity: 'FR_NIR',
    hint: '\\b[12] ?\\d\\d ?\\d\\d ?\\w\\w ?\\d{3}',
    pattern: '\\b[12] ?[0-9]{2} ?[0-9]{2} ?(?:[0-9]{2}|2[ABab]) ?[0-9]{3} ?[0-9]{3} ?[0-9]{2}\\b',
    check: isFrenchNir,
  },
  { entity: 'ES_NIF', hint: '\\d{7}-?[A-Za-z]|\\d{8}-?[A-Za-z]', pattern: '(?i)\\b(?:[0-9]{8}|[XYZ]-?[0-9]{7})-?[A-Z]\\b', check: isSpanishNif },
  {
    entity: 'IT_FISCAL_CODE',
    hint: '[A-Za-z]{6}[0-9LMNP-Vlmnp-v]{2}[A-Za-z]',
    pattern: '(?i)\\b[A-Z]{6}[0-9LMNP-V]{2}[ABCDEHLMPRST][0-9LMNP-V]{2}[A-Z][0-9LMNP-V]{3}[A-Z]\\b',
    check: isFiscalCode,
  },
  { entity: 'BE_NN', hint: '\\d\\d\\.\\d\\d\\.', pattern: '\\b[0-9]{2}\\.[0-9]{2}\\.[0-9]{2}-[0-9]{3}\\.[0-9]{2}\\b', check: digitsFit(isBelgian) },
  {
    entity: 'CH_AHV',
    hint: '756[. ]?\\d{4}',
    pattern: '\\b756[. ]?[0-9]{4}[. ]?[0-9]{4}[. ]?[0-9]{2}\\b',
    check: digitsFit(digits => digits.length === 13 && weighted(digits, [1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1]) % 10 === 0),
  },
  { entity: 'PL_PESEL', hint: '\\b\\d{11}\\b', pattern: '\\b[0-9]{11}\\b', check: digitsFit(isPesel) },
  { entity: 'SE_PERSONNUMMER', hint: '\\d{6}[-+]', pattern: '\\b(?:[0-9]{2})?[0-9]{6}[-+][0-9]{4}\\b', check: digitsFit(isSwedish) },
  { entity: 'FI_HETU', hint: '\\d{6}[-+A-FU-Y]', pattern: '\\b[0-9]{6}[-+A-FU-Y][0-9]{3}[0-9A-FHJ-NPR-Y]\\b', check: isFinnish },
  { entity: 'NO_FNR', hint: '\\b\\d{6} ?\\d{5}\\b', pattern: '\\b[0-9]{6} ?[0-9]{5}\\b', check: digitsFit(isNorwegian) },
  {
    entity: 'DK_CPR',
    hint: '\\d{6}-\\d',
    pattern: '\\b[0-9]{6}-[0-9]{4}\\b',
    check: digitsFit(([d1 = 0, d2 = 0, m1 = 0, m2 = 0]) => isDay(m1 * 10 + m2, d1 * 10 + d2)),
  },
  { entity: 'TR_TCKN', hint: '\\b\\d{11}\\b', pattern: '\\b[1-9][0-9]{10}\\b', check: digitsFit(isTurkish) },
  {
    entity: 'BR_CPF',
    hint: '\\b\\d{11}\\b|\\d{3}\\.\\d{3}\\.',
    pattern: '\\b[0-9]{3}\\.[0-9]{3}\\.[0-9]{3}-[0-9]{2}\\b|\\b[0-9]{11}\\b',
    check: digitsFit(isCpf),
  },
  { entity: 'BR_CNPJ', hint: '\\d{3}/\\d', pattern: '\\b[0-9]{2}\\.?[0-9]{3}\\.?[0-9]{3}/[0-9]{4}-?[0-9]{2}\\b', check: digitsFit(isCnpj) },
  { entity: 'IN_AADHAAR', hint: '\\d{4}[- ]\\d{4}[- ]\\d', pattern: '\\b[2-9][0-9]{3}[- ][0-9]{4}[- ][0-9]{4}\\b', check: digitsFit(verhoeff) },
  { entity: 'IN_PAN', hint: '[A-Z]{5}\\d{4}', pattern: '\\b[A-Z]{3}[ABCFGHJLPT][A-Z][0-9]{4}[A-Z]\\b' },
  { entity: 'CN_RESIDENT_ID', hint: '\\b\\d{17}[\\dXx]\\b', pattern: '\\b[1-9][0-9]{16}[0-9Xx]\\b', check: isChinese },
  {
    entity: 'KR_RRN',
    hint: '\\d{6}-[1-8]',
    pattern: '\\b[0-9]{6}-[1-8][0-9]{6}\\b',
    check: digitsFit(([, , m1 = 0, m2 = 0, d1 = 0, d2 = 0]) => isDay(m1 * 10 + m2, d1 * 10 + d2)),
  },
  { entity: 'SG_NRIC', hint: '[STFGMstfgm]\\d{7}', pattern: '(?i)\\b[STFGM][0-9]{7}[A-Z]\\b', check: isSingaporean },
  {
    entity: 'AU_MEDICARE',
    hint: '\\d{4} \\d{5} ',
    pattern: '\\b[2-6][0-9]{3} [0-9]{5} [0-9]\\b',
    check: digitsFit(digits => weighted(digits, [1, 3, 7, 9, 1, 3, 7, 9]) % 10 === digits[8]),
  },
  {
    entity: 'ZA_ID',
    hint: '\\b\\d{13}\\b',
    pattern: '\\b[0-9]{13}\\b',
    check: digitsFit(
      ([y1 = 0, y2 = 0, m1 = 0, m2 = 0, d1 = 0, d2 = 0, ...rest]) =>
        isDay(m1 * 10 + m2, d1 * 10 + d2) && (rest[4] ?? 9) < 3 && luhn([y1, y2, m1, m2, d1, d2, ...rest]),
    ),
  },
]

function elevenCheck(digits: Digits, weights: readonly number[]): boolean {
  const check = 11 - (weighted(digits, weights) % 11)
  return (check > 9 ? 0 : check) === digits[weights.length]
}

function isSocialSecurity(found: string): boolean {
  const [area = '', group = '', serial = ''] = found.split(/[- ]/)
  return area !== '000' && area !== '666' && area < '900' && group !== '00' && serial !== '0000'
}

/** Of the first ten digits, exactly one stands there twice or three times. */
function isGermanTaxId(digits: Digits): boolean {
  const counts = [...Map.groupBy(digits.slice(0, 10), digit => digit).values()].map(({ length }) => length)
  return counts.filter(count => count > 1).length === 1 && Math.max(...counts) <= 3
}

function isFrenchNir(found: string): boolean {
  const spelled = lettered(found).replace('2A', '19').replace('2B', '18')
  return 97 - mod97(spelled.slice(0, 13)) === Number(spelled.slice(13))
}

function isSpanishNif(found: string): boolean {
  const spelled = lettered(found)
  const digits = spelled.slice(0, -1).replace(/^[XYZ]/, letter => String('XYZ'.indexOf(letter)))
  return 'TRWAGMYFPDXBNJZSQVHLCKE'[Number(digits) % 23] === spelled.at(-1)
}

/** What an odd place counts for a letter or digit. */
const fiscalOdd = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23]

function isFiscalCode(found: string): boolean {
  const values = Array.from(found.toUpperCase(), character => parseInt(character, 36)).map(value => (value > 9 ? value - 10 : value))
  const sum = values.slice(0, 15).reduce((total, value, i) => total + (i % 2 === 0 ? (fiscalOdd[value] ?? 0) : value), 0)
  return sum % 26 === values[15]
}

function isDutchBsn(digits: Digits): boolean {
  const padded = digits.length === 8 ? [0, ...digits] : digits
  return weighted(padded, [9, 8, 7, 6, 5, 4, 3, 2, -1]) % 11 === 0
}

/** Born since 2000: a two stands before the number. */
function isBelgian(digits: Digits): boolean {
  const [first, check] = [number(digits.slice(0, 9)), number(digits.slice(9))]
  return 97 - (first % 97) === check || 97 - ((2_000_000_000 + first) % 97) === check
}

function isPesel(digits: Digits): boolean {
  const [, , m1 = 0, m2 = 0, d1 = 0, d2 = 0] = digits
  return isDay((m1 * 10 + m2) % 20, d1 * 10 + d2) && (10 - (weighted(digits, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3]) % 10)) % 10 === digits[10]
}

function isSwedish(digits: Digits): boolean {
  const [, , m1 = 0, m2 = 0, d1 = 0, d2 = 0] = digits.slice(-10)
  return isDay(m1 * 10 + m2, (d1 * 10 + d2) % 60) && luhn(digits.slice(-10))
}

function isFinnish(found: string): boolean {
  return '0123456789ABCDEFHJKLMNPRSTUVWXY'[Number(found.slice(0, 6) + found.slice(7, 10)) % 31] === found.at(-1)
}

function isNorwegian(digits: Digits): boolean {
  return weighted(digits, [3, 7, 6, 1, 8, 9, 4, 5, 2, 1]) % 11 === 0 && weighted(digits, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1]) % 11 === 0
}

function isTurkish(digits: Digits): boolean {
  const odd = weighted(digits, [1, 0, 1, 0, 1, 0, 1, 0, 1])
  const even = weighted(digits, [0, 1, 0, 1, 0, 1, 0, 1])
  return (((odd * 7 - even) % 10) + 10) % 10 === digits[9] && digits.slice(0, 10).reduce((sum, digit) => sum + digit, 0) % 10 === digits[10]
}

function isCpf(digits: Digits): boolean {
  return (
    elevenOrZero(weighted(digits, [10, 9, 8, 7, 6, 5, 4, 3, 2]) * 10) === digits[9] &&
    elevenOrZero(weighted(digits, [11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) * 10) === digits[10]
  )
}

function isCnpj(digits: Digits): boolean {
  return elevenCheck(digits, [5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2]) && elevenCheck(digits, [6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2])
}

function isChinese(found: string): boolean {
  const sum = weighted(digitsOf(found.slice(0, 17)), [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2])
  return '10X98765432'[sum % 11] === found.at(-1)?.toUpperCase()
}

function isSingaporean(found: string): boolean {
  const spelled = found.toUpperCase()
  const kind = spelled[0] ?? ''
  const sum = weighted(digitsOf(spelled.slice(1, 8)), [2, 7, 6, 5, 4, 3, 2]) + (kind === 'T' || kind === 'G' ? 4 : kind === 'M' ? 3 : 0)
  const letters = kind === 'S' || kind === 'T' ? 'JZIHGFEDCBA' : kind === 'M' ? 'XWUTRQPNJLK' : 'XWUTRQPNMLK'
  return (kind === 'M' ? letters[10 - (sum % 11)] : letters[sum % 11]) === spelled.at(-1)
}
