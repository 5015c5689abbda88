/** What stands between the fences that models put around JSON, whatever they are told; a text without them as it is. */
export function unfenced(text: string): string {
  return /^\s*```(?:json)?\s*([^]*?)\s*```\s*$/.exec(text)?.[1] ?? text
}
