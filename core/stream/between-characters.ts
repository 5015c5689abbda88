/** Where a text can be parted, so that each half is text again. */

/** The next place at or before `at` that is not inside a surrogate pair; a high surrogate at the end may be half of one. */
export function betweenCharacters(text: string, at: number): number {
  const unit = at > 0 ? text.charCodeAt(at - 1) : 0
  if (unit < 0xd800 || unit > 0xdbff) return at
  const next = text.charCodeAt(at)
  return at === text.length || (next >= 0xdc00 && next <= 0xdfff) ? at - 1 : at
}
