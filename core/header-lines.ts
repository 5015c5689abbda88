/** Header lines of HTTP/1.1, as they stand between the first line and the empty one (RFC 9112 5). */

/** What may stand there: nothing that two readers could understand in two ways, such as folded lines, blanks before a colon, or a line feed alone. */
const wellFormed = /^(?:[!#$%&'*+\-.^_`|~\dA-Za-z]+:[\t\u0020-\u007e\u0080-\u00ff]*\r\n)*$/

const tab = 9
const blank = 32

/**
 * Names as they came and their values, in turns.
 * @param text of a character for each byte; each line ends with CRLF
 * @returns undefined if a line is malformed
 */
export function headerLines(text: string): string[] | undefined {
  if (!wellFormed.test(text)) return undefined
  const flat: string[] = []
  for (let at = 0; at < text.length;) {
    const colon = text.indexOf(':', at)
    const end = text.indexOf('\r', colon)
    flat.push(text.slice(at, colon), trimmed(text, colon + 1, end))
    at = end + 2
  }
  return flat
}

function trimmed(text: string, from: number, to: number): string {
  let [start, end] = [from, to]
  while (start < end && isBlank(text.charCodeAt(start))) start += 1
  while (end > start && isBlank(text.charCodeAt(end - 1))) end -= 1
  return text.slice(start, end)
}

function isBlank(code: number): boolean {
  return code === blank || code === tab
}
