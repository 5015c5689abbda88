/** Members by which the gateway decides where a call goes and what it may cost: servers written in Go read them in upper case, too. */

import type { JsonDocument } from './document.ts'

/** Those by which models are meant. */
export const ofModels: ReadonlySet<string> = new Set(['model', 'models'])
const decided: ReadonlySet<string> = new Set([...ofModels, 'max_tokens', 'max_completion_tokens', 'max_output_tokens', 'n', 'stream'])

/** Removes members whose names are these but for upper and lower case. @returns whether there were any */
export function unsetDoubtful(body: JsonDocument, names = decided): boolean {
  return body.unsetRecased(body.root, names)
}
