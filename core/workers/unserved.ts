/** The service `processes` where nobody serves: a configuration for several processes is looked at as each of them would, and nobody is asked. */

import type { Processes } from '../services/processes.ts'
import { Rpc } from './rpc.ts'
import { WorkerProcesses } from './worker-processes.ts'

export function unservedProcesses(): Processes {
  const rpc = new Rpc(() => {})
  rpc.close('nobody serves')
  return new WorkerProcesses(rpc)
}
