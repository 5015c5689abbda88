/** A text as a part of an address: half a character, which JSON can hold and an address cannot, becomes U+FFFD. */

export function uriComponent(text: string): string {
  return encodeURIComponent(text.toWellFormed())
}
