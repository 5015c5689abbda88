/** Why an answer ended, put right by what is in it. */

import type { Finish } from './reply.ts'

/** An answer with calls has ended for their sake, and one without has not, whatever its provider says; a cut stays a cut. */
export function finishWith(said: Finish, hasCalls: boolean): Finish {
  if (hasCalls) return said === 'stop' ? 'tool_calls' : said
  return said === 'tool_calls' ? 'stop' : said
}
