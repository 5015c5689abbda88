/** `tapline worker`: what the first process starts when several serve. Not for people. */

import { serveAsWorker } from '../workers/worker.ts'
import { processContext } from './process-context.ts'

/** @throws Error where no first process started this one */
export async function worker(): Promise<void> {
  serveAsWorker(await processContext({}))
}
