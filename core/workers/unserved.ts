/** The service `processes` where nobody serves: a configuration for several processes is looked at as each of them would, and nobody is asked. */

import type { Processes } from '../plugin/processes.ts'
import { Wire } from './wire.ts'
import { WorkerProcesses } from './worker-processes.ts'

export function unservedProcesses(): Processes {
  const wire = new Wire(() => {})
  wire.close('nobody serves')
  return new WorkerProcesses(wire)
}
