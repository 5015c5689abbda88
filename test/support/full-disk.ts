/** Disks that a test fills and frees under one gateway: a small file system that only its process sees, and a limit on the size of its files. */

import { spawnSync } from 'node:child_process'
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { Tapline } from './run-tapline.ts'

export interface TestDisk {
  /** For people. */
  readonly name: string
  /** Why this machine has none; undefined if it has. */
  readonly missing: () => string | undefined
  /** A program and its arguments that starts a gateway on such a disk. @param directory where it is, once the gateway runs */
  readonly through: (directory: string) => readonly string[]
  /** Nothing more can be written … */
  readonly fill: (gateway: Tapline, directory: string) => void
  /** … and now it can. */
  readonly free: (gateway: Tapline, directory: string) => void
}

/** Room for the tables, and for a log of changes as large as it becomes. */
const size = '32m'
const namespace = ['unshare', '--map-root-user', '--mount'] as const
const mount = `mount -t tmpfs -o size=${size} tapline "$0" && exec "$@"`

/** It goes with the process, so that nothing is left to unmount. */
export const smallFileSystem: TestDisk = {
  name: 'a small file system',
  missing: () => refusal([...namespace, 'mount', '-t', 'tmpfs', 'tapline', '/mnt']),
  through(directory) {
    mkdirSync(directory)
    return [...namespace, 'sh', '-c', mount, directory]
  },
  fill(gateway, directory) {
    const file = openSync(fillerOf(gateway, directory), 'w')
    for (const bytes of [1024 ** 2, 4096, 1]) writeUntilFull(file, Buffer.alloc(bytes))
    closeSync(file)
  },
  free: (gateway, directory) => rmSync(fillerOf(gateway, directory)),
}

/** No file grows, on whatever disk it is. */
export const limitedFiles: TestDisk = {
  name: 'a limit on the size of files',
  missing: () => refusal(['prlimit', '--fsize=1:', 'true']),
  through: () => [],
  fill: gateway => limit(gateway, '1:'),
  free: gateway => limit(gateway, 'unlimited:'),
}

function refusal([program, ...args]: readonly string[]): string | undefined {
  const { status, stderr, error } = spawnSync(program as string, args, { encoding: 'utf8' })
  return status === 0 ? undefined : (error?.message ?? stderr.trim())
}

/** The disk as the gateway's process sees it. */
function fillerOf({ process: { pid } }: Tapline, directory: string): string {
  return join(`/proc/${pid}/root`, directory, 'filler')
}

function writeUntilFull(file: number, piece: Buffer): void {
  try {
    for (;;) writeSync(file, piece)
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOSPC') throw cause
  }
}

function limit({ process: { pid } }: Tapline, fsize: string): void {
  const refused = refusal(['prlimit', '--pid', String(pid), `--fsize=${fsize}`])
  if (refused !== undefined) throw new Error(refused)
}
