/** A key that travels as a bearer token after all. */

import { placeOfHeader } from '../../core/index.ts'

/** The key in `keyHeader`, if there is one, goes in `Authorization` instead. */
export function keyAsBearer(headers: string[], keyHeader: string): void {
  const at = placeOfHeader(headers, keyHeader)
  if (at >= 0) headers.splice(at, 2, 'Authorization', `Bearer ${headers[at + 1]}`)
}
