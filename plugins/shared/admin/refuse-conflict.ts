/** What administrators are told when others write all the time. */

import { gatewayError } from '../../../core/errors.ts'
import { Conflict } from '../../../core/storage/records.ts'

/** Of a write to a document that all share, and that was tried often enough. @param what the document, for people. @throws GatewayError for a conflict; anything else as it is */
export function refuseContention(what: string): (cause: unknown) => never {
  return cause => {
    throw cause instanceof Conflict ? gatewayError('conflict', `others write ${what} all the time; try again`, { cause }) : cause
  }
}
