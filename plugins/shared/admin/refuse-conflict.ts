/** What administrators are told when somebody else wrote first. */

import { gatewayError } from '../../../core/errors.ts'
import { Conflict } from '../../../core/storage/records.ts'

/** Of a write that was made for what the caller had read. @throws GatewayError for a conflict; anything else as it is */
export function refuseConflict(cause: unknown): never {
  throw cause instanceof Conflict ? gatewayError('precondition_failed', 'somebody else wrote it at the same time; read it again', { cause }) : cause
}

/** Of a write to a document that all share, and that was tried often enough. @param what the document, for people. @throws as above */
export function refuseContention(what: string): (cause: unknown) => never {
  return cause => {
    throw cause instanceof Conflict ? gatewayError('conflict', `others write ${what} all the time; try again`, { cause }) : cause
  }
}
