/** What may be there at once, or only later. Waiting for what is there already costs a turn of the queue, hundreds of thousands of times a minute. */

export function isPromise<T>(value: T | Promise<T>): value is Promise<T> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
}

/** Nobody waits for it: if it is a promise, nobody is told either when it fails. */
export function disregard(value: unknown): void {
  if (isPromise(value)) value.then(undefined, () => {})
}
