/** Text as databases take it: NUL and halves of surrogate pairs, which some refuse and some spoil, are spelled with an escape. */

/** "Data link escape", which nobody writes; four hexadecimal digits follow. */
const escape = '\u0010'
// oxlint-disable-next-line no-control-regex -- these are what it is about
const toEscape = /[\0\u0010]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g
// oxlint-disable-next-line no-control-regex
const escaped = /\u0010([0-9a-f]{4})/g
/** The same in JSON, where JSON.stringify has spelled them already; the second half passes over everything else behind a backslash. */
const toEscapeInJson = /\\u(0000|0010|d[89a-f][0-9a-f]{2})|\\./g
const escapedInJson = /\\u0010([0-9a-f]{4})|\\./g

export function encodeText(text: string): string {
  return text.isWellFormed() && !text.includes('\0') && !text.includes(escape)
    ? text
    : text.replace(toEscape, found => escape + found.charCodeAt(0).toString(16).padStart(4, '0'))
}

export function decodeText(text: string): string {
  return text.includes(escape) ? text.replace(escaped, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16))) : text
}

/** A JSON value as text, whose strings any database can read; undefined if there is none. */
export function encodeJson(value: unknown): string | undefined {
  const text = JSON.stringify(value) as string | undefined
  return text?.includes('\\u') === true ? text.replace(toEscapeInJson, (found: string, code?: string) => (code === undefined ? found : `\\u0010${code}`)) : text
}

export function decodeJson(text: string): unknown {
  return JSON.parse(
    text.includes('\\u0010') ? text.replace(escapedInJson, (found: string, code?: string) => (code === undefined ? found : `\\u${code}`)) : text,
  )
}
