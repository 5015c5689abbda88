/** Spells a changed JSON string so that what did not change at either end keeps the spelling it had. */

/**
 * @param spelling the JSON string as it is spelled, quotes included
 * @param before what it says
 * @param after what it shall say
 */
export function respell(spelling: string, before: string, after: string): string {
  const head = commonHead(before, after)
  const tail = commonTail(before, after, head)
  const from = offsetOf(head, spelling, 1)
  const to = offsetOf(before.length - head - tail, spelling, from)
  const changed = JSON.stringify(after.slice(head, after.length - tail)).slice(1, -1)
  return spelling.slice(0, from) + changed + spelling.slice(to)
}

function commonHead(a: string, b: string): number {
  const most = Math.min(a.length, b.length)
  let length = 0
  while (length < most && a.charCodeAt(length) === b.charCodeAt(length)) length++
  return splitsPair(a, length) || splitsPair(b, length) ? length - 1 : length
}

function commonTail(a: string, b: string, head: number): number {
  const most = Math.min(a.length, b.length) - head
  let length = 0
  while (length < most && a.charCodeAt(a.length - 1 - length) === b.charCodeAt(b.length - 1 - length)) length++
  return splitsPair(a, a.length - length) || splitsPair(b, b.length - length) ? length - 1 : length
}

/** Whether a cut at `at` would part the halves of a character beyond the basic plane. */
function splitsPair(text: string, at: number): boolean {
  return isBetween(text.charCodeAt(at - 1), 0xd800, 0xdbff) && isBetween(text.charCodeAt(at), 0xdc00, 0xdfff)
}

function isBetween(code: number, first: number, last: number): boolean {
  return code >= first && code <= last
}

/** Where in `spelling` the text is `units` UTF-16 units further than at `from`. */
function offsetOf(units: number, spelling: string, from: number): number {
  let at = from
  for (let i = 0; i < units; i++) at += spelling[at] !== '\\' ? 1 : spelling[at + 1] === 'u' ? 6 : 2
  return at
}
