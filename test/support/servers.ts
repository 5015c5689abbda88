/** What tests need of servers: new databases on those that they share, and the programs and users of those that they start. */

import { accessSync, constants, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { User } from './server-process.ts'
import type { ServerFacts, SharedServer } from './shared-server.ts'

export interface TestServer {
  readonly shared: SharedServer
  /** Where a new, empty database or the like is found; undefined if no server can be had. */
  readonly url: () => Promise<string | undefined>
}

const cleanUps: (() => Promise<void>)[] = []

/** Has something done when the tests of this process are over, or those of one of its files; the servers still run. */
export function atEnd(work: () => Promise<void>): void {
  cleanUps.push(work)
}

/**
 * The URL of a server, in a hook `before` or in a test; without one, the tests of the suite, or this one, are left out and say why.
 * @example before(async function () { url = await need(this, postgresql) })
 */
export async function need(context: Mocha.Context, { url: find, shared }: TestServer): Promise<string> {
  const url = await find()
  if (url !== undefined) return url
  const reason = absence(shared.facts)
  const say = (test: Mocha.Runnable) => {
    test.title += ` (${reason})`
  }
  const asking = context.test as Mocha.Runnable & { readonly type: 'hook' | 'test' }
  if (asking.type === 'hook') asking.parent?.eachTest(say)
  else say(asking)
  return context.skip()
}

/** Why tests that need a server cannot run, and what a tester does about it. */
export function absence({ name, advice }: Pick<ServerFacts, 'name' | 'advice'>): string {
  return `${name} is not installed: ${advice}`
}

/** Does what was to be done at the end. */
export async function cleanUp(): Promise<void> {
  for (const work of cleanUps.splice(0)) await work().catch(cause => console.error('A test server was not left clean:', cause))
}

/** The newest of some programs by pattern, else one on the path. */
export function findProgram(name: string, folders = ''): string | undefined {
  const candidates = [...globSync(join(folders, name)).sort().reverse(), ...(process.env['PATH'] ?? '').split(':').map(folder => join(folder, name))]
  return candidates.find(isExecutable)
}

/** Whom a server runs as that refuses to be root; undefined for the tester. @param names the first that is there */
export function unprivileged(...names: readonly string[]): User | undefined {
  if (process.getuid?.() !== 0) return undefined
  const users = new Map(
    readFileSync('/etc/passwd', 'utf8')
      .split('\n')
      .map(line => line.split(':'))
      .map(([name, , uid, gid]) => [name, { uid: Number(uid), gid: Number(gid) }]),
  )
  const name = names.find(name => users.has(name))
  return users.get(name)
}

let made = 0

/** A name that no other run uses on the same server. */
export function uniqueName(): string {
  return `tapline_test_${process.pid}_${Date.now().toString(36)}_${made++}`
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
