/** Watches the files that the running configuration is made of, and reloads when one of them says something else. */

import { hash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { watch, type FSWatcher } from 'chokidar'
import type { Logger } from 'pino'
import type { Served } from './served.ts'
import { wayTo } from './way-to-file.ts'

const settleMs = 100

/** @returns how to stop watching */
export function watchConfiguration(gateway: Pick<Served, 'follow' | 'reload'>, log: Logger): () => void {
  const contents = new Map<string, string>()
  let timer: NodeJS.Timeout | undefined
  /** Whoever empties a file is about to write it: keys and guardrails are not to be gone meanwhile. */
  const emptied = new Set<string>()
  const takeOver = (file: string) => {
    if (emptied.size > 0) return log.warn({ files: [...emptied] }, 'emptied: the configuration is reloaded when this says something, or by `tapline reload`')
    log.info({ file }, 'the configuration changed')
    void gateway.reload()
  }
  const compare = (file: string) => {
    const content = contentOf(file)
    const before = contents.get(file)
    if (before === content) return
    contents.set(file, content)
    if (content === nothing && before !== absent) emptied.add(file)
    else emptied.delete(file)
    clearTimeout(timer)
    timer = setTimeout(takeOver, settleMs, file)
  }
  const ways = new Ways(files => files.forEach(compare))
  const unfollow = gateway.follow(({ files }) => {
    emptied.clear()
    for (const file of new Set(contents.keys()).difference(files)) contents.delete(file)
    for (const file of files.difference(contents)) contents.set(file, contentOf(file))
    ways.watch(files)
  })
  return () => {
    unfollow()
    clearTimeout(timer)
    ways.close()
  }
}

/** Watches files, and the links by which they are reached. */
class Ways {
  readonly #changed: (files: readonly string[]) => void
  /** By path, the files whose way it is on. */
  #files: ReadonlyMap<string, readonly string[]> = new Map()
  #watcher: FSWatcher | undefined

  /** @param changed told of files that may say something else: also of each when the watch over it begins, as it may have changed since it was read */
  constructor(changed: (files: readonly string[]) => void) {
    this.#changed = changed
  }

  watch(files: Iterable<string>): void {
    const steps = [...files].flatMap(file => wayTo(file).map(path => ({ path, file })))
    const known = new Set(this.#files.keys())
    this.#files = new Map([...Map.groupBy(steps, ({ path }) => path)].map(([path, those]) => [path, those.map(({ file }) => file)]))
    if (known.symmetricDifference(this.#files).size === 0) return
    this.close()
    this.#watcher = watch([...this.#files.keys()], { followSymlinks: false, depth: 0 }).on('all', (_event, path) => this.#see(resolve(path)))
  }

  close(): void {
    void this.#watcher?.close()
  }

  #see(path: string): void {
    const files = this.#files.get(path)
    if (files === undefined) return
    this.watch(new Set([...this.#files.values()].flat())) // a link that changed leads elsewhere
    this.#changed(files)
  }
}

const nothing = digestOf('')
const absent = 'absent'

function contentOf(file: string): string {
  try {
    return digestOf(readFileSync(file))
  } catch {
    return absent
  }
}

function digestOf(content: string | Buffer): string {
  return hash('sha256', content)
}
