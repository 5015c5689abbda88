/** One run of load against one contender, by wrk. */

import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { masterKey, type Contender } from './contenders.ts'
import { requestBodies, surfaces, type BodyName } from './samples.ts'

export interface Load {
  readonly body: BodyName
  readonly connections: number
}

/** What one run showed. */
export interface Run {
  readonly requests: number
  readonly requestsPerSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  /** Processor time of the contender, per request. */
  readonly cpuUs: number
  /** Replies that were no 2xx, and calls that broke. */
  readonly failures: number
}

/** The line that wrk.lua prints. */
interface WrkLine {
  readonly requests: number
  readonly microseconds: number
  readonly p50Us: number
  readonly p99Us: number
  readonly failures: number
}

const script = join(import.meta.dirname, 'wrk.lua')
const execute = promisify(execFile)

/** Loads a contender for so many seconds. */
export async function run({ body, connections }: Load, contender: Contender, seconds: number, folder: string): Promise<Run> {
  const bodyFile = join(folder, `${body}.json`)
  const { surface, text } = requestBodies[body]
  await writeFile(bodyFile, text)
  const cpuBefore = contender.child.cpuSeconds()
  const { stdout } = await execute('wrk', [
    '-t1',
    `-c${connections}`,
    `-d${seconds}s`,
    '-s',
    script,
    `${contender.origin}${surfaces[surface].path}`,
    '--',
    bodyFile,
    masterKey,
  ])
  const cpuSeconds = contender.child.cpuSeconds() - cpuBefore
  const { requests, microseconds, p50Us, p99Us, failures } = readLine(stdout)
  return {
    requests,
    requestsPerSecond: requests / (microseconds / 1e6),
    p50Ms: p50Us / 1000,
    p99Ms: p99Us / 1000,
    cpuUs: (cpuSeconds * 1e6) / requests,
    failures,
  }
}

function readLine(output: string): WrkLine {
  const line = output.split('\n').find(each => each.startsWith('{'))
  if (line === undefined) throw new Error(`wrk said nothing that can be read:\n${output}`)
  return JSON.parse(line) as WrkLine
}
