/** Labels that stand in one text. */

/** More pieces than anybody means are not looked at. */
export const mostPieces = 1000

/** Trimmed; empty ones are left out. */
export function splitLabels(text: string, delimiter: string): readonly string[] {
  return text
    .split(delimiter, mostPieces)
    .map(label => label.trim())
    .filter(label => label !== '')
}
