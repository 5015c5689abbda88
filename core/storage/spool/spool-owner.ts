/** Who a file in a spool's folder belongs to: processes may share the folder, and those that died leave files behind. */

import { randomBytes, randomUUID } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { basename, join } from 'node:path'

/** A process that this one cannot see, and that did not touch its mark for so long, is dead. */
const deadAfterMs = 30_000
const thisRun = randomUUID()
/** Where process numbers mean the same: one machine, or one container of it. */
const thisPlace = `${hostname()} ${tried(() => readlinkSync('/proc/self/ns/pid'))}`

/** What a mark says: numbers of processes are used again, and are the same in many containers. */
interface Mark {
  readonly place: string
  readonly pid: number
  /** When the system started the process, in ticks; empty where the system does not say. */
  readonly started: string
  readonly run: string
}

/** Files are named `owner.journal.number.ndjson`, marks `owner.lock`. A file whose owner is dead, or has no mark, is anybody's. */
export class SpoolOwner {
  readonly directory: string
  readonly #name = `${process.pid}-${randomBytes(4).toString('hex')}`
  #files = 0

  /** Makes the folder, and the mark in it. @throws what the file system says */
  constructor(directory: string) {
    this.directory = directory
    this.#begin()
  }

  /** Where the next file of a journal goes. */
  nextPath(journal: string): string {
    this.#files += 1
    return join(this.directory, `${this.#name}.${journal}.${this.#files}.ndjson`)
  }

  /** Takes over the files of a journal whose owners are dead, the oldest first. @returns their new paths */
  adopt(journal: string): readonly string[] {
    const names = readdirSync(this.directory)
    const dead = new Map<string, boolean>()
    const isDead = (owner: string) => dead.get(owner) ?? dead.set(owner, this.#isDead(owner)).get(owner) === true
    const taken = names.filter(name => name.endsWith('.ndjson') && name.split('.')[1] === journal && isDead(ownerOf(name)))
    const paths = taken.sort((a, b) => numberOf(a) - numberOf(b)).flatMap(name => this.#take(name, journal))
    const left = new Set(
      readdirSync(this.directory)
        .filter(name => name.endsWith('.ndjson'))
        .map(ownerOf),
    )
    for (const name of names)
      if (name.endsWith('.lock') && !left.has(ownerOf(name)) && isDead(ownerOf(name))) rmSync(join(this.directory, name), { force: true })
    return paths
  }

  /** Gives one file up, while its owner lives on. */
  abandon(path: string): void {
    const name = basename(path)
    renameSync(path, join(this.directory, `${ownerOf(name)}-left${name.slice(name.indexOf('.'))}`))
  }

  /** Says to processes that cannot see this one that it lives. @returns whether the mark was there; if not, it is now, and so is the folder. @throws what the file system says */
  touch(): boolean {
    const isThere = existsSync(this.#mark())
    if (!isThere) this.#begin()
    const now = new Date()
    utimesSync(this.#mark(), now, now)
    return isThere
  }

  /** Gives up what files are left. */
  release(): void {
    rmSync(this.#mark(), { force: true })
  }

  #begin(): void {
    mkdirSync(this.directory, { recursive: true, mode: 0o700 })
    const mark: Mark = { place: thisPlace, pid: process.pid, started: startOf(process.pid), run: thisRun }
    writeFileSync(this.#mark(), JSON.stringify(mark), { mode: 0o600 })
  }

  #mark(): string {
    return join(this.directory, `${this.#name}.lock`)
  }

  /** Of two that want a file, one gets it. */
  #take(name: string, journal: string): readonly string[] {
    const path = this.nextPath(journal)
    try {
      renameSync(join(this.directory, name), path)
      chmodSync(path, 0o600)
      return [path]
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return []
      throw cause
    }
  }

  #isDead(owner: string): boolean {
    if (owner === this.#name) return false
    const path = join(this.directory, `${owner}.lock`)
    try {
      const mark = JSON.parse(readFileSync(path, 'utf8')) as Mark
      return mark.place === thisPlace ? !lives(mark) : isStale(path)
    } catch (cause) {
      // A mark that is not there, or not whole, because its writer died over it.
      if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return true
      if (cause instanceof SyntaxError) return isStale(path)
      throw cause
    }
  }
}

function ownerOf(name: string): string {
  return name.slice(0, name.indexOf('.'))
}

function numberOf(name: string): number {
  return Number(name.split('.')[2])
}

function isStale(mark: string): boolean {
  return Date.now() - statSync(mark).mtimeMs > deadAfterMs
}

function lives({ pid, started, run }: Mark): boolean {
  if (pid === process.pid) return run === thisRun
  try {
    process.kill(pid, 0)
  } catch (cause) {
    // Another user's process lives, too.
    if ((cause as NodeJS.ErrnoException).code !== 'EPERM') return false
  }
  return startOf(pid) === started
}

/** Linux says it in the 22nd field; the second one is the program's name, which may hold anything. */
function startOf(pid: number): string {
  const line = tried(() => readFileSync(`/proc/${pid}/stat`, 'utf8'))
  return line.slice(line.lastIndexOf(')') + 2).split(' ')[19] ?? ''
}

/** What only some systems say; empty on others. */
function tried(read: () => string): string {
  try {
    return read()
  } catch {
    return ''
  }
}
