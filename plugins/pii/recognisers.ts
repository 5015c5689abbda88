/** What tells personal data from other text: a form each, and a check where there is one. */

import { isIPv4, isIPv6 } from 'node:net'
import type { TextForm } from '../shared/guard/forms.ts'
import { digitsOf, ibanEnd, isIban, isMonotonous, luhn } from './checksums.ts'
import { nationalIds } from './national-ids.ts'

const phoneForms = [
  '\\+[0-9]{1,3}(?:[ ./-]?(?:\\([0-9]{1,4}\\)|[0-9]{1,4})){2,6}',
  '\\([0-9]{3}\\) ?[0-9]{3}[ .-][0-9]{4}\\b',
  '\\b(?:1[ .-])?[0-9]{3}[.-][0-9]{3}[.-][0-9]{4}\\b',
  '\\b0[1-9][0-9]{1,3}[ /-][0-9]{3,8}(?:[ -][0-9]{2,6})?\\b',
  '\\b0[1-9](?: [0-9]{2}){4}\\b',
  '\\b0[1-9][0-9] [0-9]{3} [0-9]{4}\\b',
  '\\b07[0-9]{3} ?[0-9]{6}\\b',
  '\\b00[1-9][0-9]{0,2}(?:[ ./-]?(?:\\([0-9]{1,4}\\)|[0-9]{1,4})){2,6}',
]

export const recognisers: readonly TextForm[] = [
  {
    entity: 'EMAIL_ADDRESS',
    hint: '@',
    pattern: "[\\p{L}\\p{N}._%+'-]*[\\p{L}\\p{N}_%+-]@(?:[\\p{L}\\p{N}](?:[\\p{L}\\p{N}-]*[\\p{L}\\p{N}])?\\.)+\\p{L}{2,24}",
  },
  {
    entity: 'CREDIT_CARD',
    hint: '(?<!\\d)(?:[2-6]\\d{3}[ -]?\\d{4}[ -]?\\d{4}[ -]?\\d{1,7}|3\\d{3}[ -]?\\d{6}[ -]?\\d{4,5})(?!\\d)',
    pattern: '(?:^|[^0-9])([2-6][0-9]{3}[ -]?[0-9]{4}[ -]?[0-9]{4}[ -]?[0-9]{1,7}|3[0-9]{3}[ -]?[0-9]{6}[ -]?[0-9]{4,5})',
    group: 1,
    check: isCard,
  },
  {
    entity: 'IBAN_CODE',
    hint: '[A-Za-z]{2}\\d{2}[ -]?[A-Za-z0-9]{4}[ -]?[A-Za-z0-9]{4}',
    pattern: '(?i)\\b[A-Z]{2}[0-9]{2}(?:[ -]?[A-Z0-9]{4}){2,7}(?:[ -]?[A-Z0-9]{1,3})?\\b',
    cut: ibanEnd,
    check: isIban,
  },
  {
    entity: 'IP_ADDRESS',
    hint: '\\d\\.\\d{1,3}\\.\\d{1,3}\\.',
    pattern: '\\b[0-9]{1,3}(?:\\.[0-9]{1,3}){3}\\b',
    check: found => isIPv4(found) && !/^(?:127|0)\./.test(found),
  },
  {
    entity: 'IP_ADDRESS',
    hint: '[0-9A-Fa-f]:[0-9A-Fa-f:]',
    pattern: '[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?:[0-9]{0,3}(?:\\.[0-9]{1,3}){3})?',
    check: found => isIPv6(found) && /\d/.test(found) && !/^[:0]+1?$/.test(found),
  },
  ...nationalIds,
  {
    entity: 'PHONE_NUMBER',
    hint: '\\+\\d|\\(\\d{3}\\) ?\\d|\\d{3}[.-]\\d{3}[.-]\\d|\\b0\\d{1,4}[ /-]\\d\\d|\\b07\\d{3}|\\b00[1-9]',
    pattern: phoneForms.join('|'),
    check: isPhone,
  },
]

/** What every form has: an @, two colons, or some digits that are close together. */
const dense = /@|::|[0-9A-Fa-f]:[0-9A-Fa-f]{0,4}:|\d\.\d{1,3}\.\d|[A-Z]{5}\d{4}|\d(?:[ ./()A-Za-z:+-]{0,2}\d){4}/

/** Signs that printers and keyboards use for plain ones: spaces and hyphens that do not break, dashes, and signs of full width. */
const typographic = /[\u00a0\u2007\u2009\u200a\u2010-\u2015\u202f\u2212\uff01-\uff5e]/g

/** A text with plain signs, each in the place of its own. */
export function plainly(text: string): string {
  return text.replace(typographic, sign => {
    const code = sign.charCodeAt(0)
    if (code >= 0xff01) return String.fromCharCode(code - 0xfee0)
    return code === 0x2212 || (code >= 0x2010 && code <= 0x2015) ? '-' : ' '
  })
}

/** Whether a text can have any of them at all. */
export function mayHavePii(text: string): boolean {
  return dense.test(text)
}

export const entityNames: readonly string[] = [...new Set(recognisers.map(({ entity }) => entity))]

/** By its issuer's first digits, and how many it gives its cards. */
const cards = /^(?:4(?:\d{12}|\d{15}|\d{18})|(?:5[0-8]|2[2-7]|35|8[1-2])\d{14}|6\d{11,18}|3[47]\d{13}|3(?:0|6|8|9)\d{12})$/

function isCard(found: string): boolean {
  const digits = digitsOf(found)
  return cards.test(digits.join('')) && !isMonotonous(digits) && luhn(digits)
}

function isPhone(found: string): boolean {
  const digits = digitsOf(found)
  return digits.length >= 8 && digits.length <= 15 && !isMonotonous(digits)
}
