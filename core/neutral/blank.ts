/** Texts that say nothing. */

/** Whether a text is nothing but space, or nothing at all: several targets refuse such texts. */
export function isBlank(text: string): boolean {
  return text.trim() === ''
}
