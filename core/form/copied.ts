/** An upload that shows what comes through it. */

import type { Upload } from './upload.ts'

/** @param copy where nobody looks, the upload is as it is */
export function copied(upload: Upload, copy: ((bytes: Buffer) => void) | undefined): Upload {
  if (copy === undefined) return upload
  return {
    length: upload.length,
    start: ({ data, end, failed }) =>
      upload.start({
        data(chunk) {
          copy(chunk)
          data(chunk)
        },
        end,
        failed,
      }),
    pause: () => upload.pause(),
    resume: () => upload.resume(),
    discard: () => upload.discard(),
  }
}
