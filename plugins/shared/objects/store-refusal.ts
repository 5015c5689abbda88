/** What callers are told whose call needs the store while it is away. */

import { GatewayError, gatewayError } from '../../../core/errors.ts'
import { StorageUnavailable } from '../../../core/storage/storage.ts'

/** The answer, or the refusal that was thrown on the way to it: that the store cannot be reached, or takes nothing, is one, too. @throws whatever else was thrown */
export async function orStoreRefusal<Answer>(answering: Promise<Answer>): Promise<Answer | GatewayError> {
  try {
    return await answering
  } catch (cause) {
    if (cause instanceof GatewayError) return cause
    if (cause instanceof StorageUnavailable)
      return gatewayError('not_ready', 'the store cannot be reached now, or takes nothing', { retryAfterMs: 1000, cause })
    throw cause
  }
}
