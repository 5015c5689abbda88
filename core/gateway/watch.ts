/** Watches the files that the running configuration is made of, and reloads when one of them says something else. */

import { hash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { watch } from 'chokidar'
import type { Logger } from 'pino'
import type { Served } from './served.ts'

const settleMs = 100

/** @returns how to stop watching */
export function watchConfiguration(gateway: Pick<Served, 'follow' | 'reload'>, log: Logger): () => void {
  const contents = new Map<string, string>()
  // It says of each file when it begins to watch it: what changed since it was read is seen then.
  const watcher = watch([])
  let timer: NodeJS.Timeout | undefined
  /** Whoever empties a file is about to write it: keys and guardrails are not to be gone meanwhile. */
  const emptied = new Set<string>()
  const takeOver = (file: string) => {
    if (emptied.size > 0) return log.warn({ files: [...emptied] }, 'emptied: the configuration is reloaded when this says something, or by `tapline reload`')
    log.info({ file }, 'the configuration changed')
    void gateway.reload()
  }
  watcher.on('all', (_event, path) => {
    const file = resolve(path)
    const content = contentOf(file)
    const before = contents.get(file)
    if (before === undefined || before === content) return
    contents.set(file, content)
    if (content === nothing && before !== absent) emptied.add(file)
    else emptied.delete(file)
    clearTimeout(timer)
    timer = setTimeout(takeOver, settleMs, file)
  })
  const unfollow = gateway.follow(({ files }) => {
    emptied.clear()
    const [gone, added] = [new Set(contents.keys()).difference(files), files.difference(contents)]
    for (const file of gone) contents.delete(file)
    for (const file of added) contents.set(file, contentOf(file))
    watcher.unwatch([...gone])
    watcher.add([...added])
  })
  return () => {
    unfollow()
    clearTimeout(timer)
    void watcher.close()
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
