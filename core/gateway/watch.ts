/** Watches the files that the running configuration is made of, and reloads when one of them says something else. */

import { createHash } from 'node:crypto'
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
  watcher.on('all', (_event, path) => {
    const file = resolve(path)
    const content = contentOf(file)
    if (!contents.has(file) || contents.get(file) === content) return
    contents.set(file, content)
    clearTimeout(timer)
    timer = setTimeout(() => {
      log.info({ file }, 'the configuration changed')
      void gateway.reload()
    }, settleMs)
  })
  const unfollow = gateway.follow(({ files }) => {
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

function contentOf(file: string): string {
  try {
    return createHash('sha256').update(readFileSync(file)).digest('hex')
  } catch {
    return 'absent'
  }
}
