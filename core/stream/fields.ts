/** The fields of one server-sent event, found in its bytes and not yet decoded. */

export const lineFeed = 0x0a
export const carriageReturn = 0x0d
const space = 0x20
const colon = 0x3a

/** Where a value stands in the bytes. */
export interface Span {
  readonly start: number
  readonly end: number
}

export interface Fields {
  /** The value of the last `event` line. */
  readonly name: string | undefined
  /** The values of the `data` lines; none if that is one empty line, which is no event for any reader. */
  readonly data: readonly Span[]
}

/** Reads the lines of one event, in any mixture of the three line ends, behind a byte order mark or none. Other fields are passed over. */
export function readFields(bytes: Buffer): Fields {
  const data: Span[] = []
  let name: Span | undefined
  let feed = -1
  let carriage = -1
  for (let start = behindMark(bytes); start < bytes.length;) {
    if (feed < start) feed = find(bytes, lineFeed, start)
    if (carriage < start) carriage = find(bytes, carriageReturn, start)
    const end = Math.min(feed, carriage)
    if (isField(bytes, start, end, 'data')) data.push(valueOf(bytes, start + 4, end))
    else if (isField(bytes, start, end, 'event')) name = valueOf(bytes, start + 5, end)
    start = end + (feed === carriage + 1 ? 2 : 1)
  }
  return {
    name: name === undefined ? undefined : bytes.toString('utf8', name.start, name.end),
    data: data.length === 1 && data[0]?.start === data[0]?.end ? [] : data,
  }
}

function behindMark(bytes: Buffer): number {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0
}

function find(bytes: Buffer, byte: number, from: number): number {
  const found = bytes.indexOf(byte, from)
  return found < 0 ? bytes.length : found
}

function isField(bytes: Buffer, start: number, end: number, name: string): boolean {
  const behind = start + name.length
  return behind <= end && (behind === end || bytes[behind] === colon) && startsWith(bytes, start, name)
}

/** The value behind a field's name: without the colon, and without one space behind that. */
function valueOf(bytes: Buffer, behindName: number, end: number): Span {
  const start = behindName + (bytes[behindName + 1] === space ? 2 : 1)
  return { start: Math.min(start, end), end }
}

/** Whether the bytes at `start` spell a text of ASCII characters. */
export function startsWith(bytes: Buffer, start: number, text: string): boolean {
  for (let i = 0; i < text.length; i++) if (bytes[start + i] !== text.charCodeAt(i)) return false
  return true
}
