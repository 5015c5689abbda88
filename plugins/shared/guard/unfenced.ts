/** What stands between the fences that models put around JSON, whatever they are told; a text without them as it is. */
export function unfenced(text: string): string {
  const bare = text.trim()
  const isFenced = bare.length >= 2 * fence.length && bare.startsWith(fence) && bare.endsWith(fence)
  return isFenced ? bare.slice(fence.length, -fence.length).replace(/^json/, '').trim() : text
}

const fence = '```'
