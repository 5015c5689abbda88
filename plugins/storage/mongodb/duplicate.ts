/** Failures that mean no more than that somebody was there first. */

const duplicateKey = 11_000

interface WriteFailure {
  readonly code?: unknown
  readonly writeErrors?: unknown
}

/** Whether a write, or all that failed of many writes, met what has their id already. */
export function isDuplicate(cause: unknown): boolean {
  const { code, writeErrors } = cause as WriteFailure
  const failures = writeErrors === undefined ? [] : ([writeErrors].flat() as readonly WriteFailure[])
  return code === duplicateKey && failures.every(failure => failure.code === duplicateKey)
}

/** Lets a write be met by what is there. */
export async function unlessDuplicate(writing: Promise<unknown>): Promise<void> {
  await writing.catch((cause: unknown) => {
    if (!isDuplicate(cause)) throw cause
  })
}
