/** Watches the files that the configuration is made of, and reloads when one of them says something else. */

import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { watch } from 'chokidar'
import type { Logger } from 'pino'
import type { Gateway } from './gateway.ts'

const settleMs = 100

/** @returns how to stop watching */
export function watchConfiguration(gateway: Gateway, log: Logger): () => void {
  const files = new Map(filesOf(gateway).map(file => [file, contentOf(file)]))
  if (files.size === 0) return () => {}
  let timer: NodeJS.Timeout | undefined
  const watcher = watch([...files.keys()], { ignoreInitial: true })
  watcher.on('all', (_event, path) => {
    const file = resolve(path)
    const content = contentOf(file)
    if (!files.has(file) || files.get(file) === content) return
    files.set(file, content)
    clearTimeout(timer)
    timer = setTimeout(() => { log.info({ file }, 'the configuration changed'); void gateway.reload() }, settleMs)
  })
  return () => { clearTimeout(timer); void watcher.close() }
}

/** The configuration file, `.env`, and the plugins that are files. */
function filesOf({ current }: Gateway): readonly string[] {
  const plugins = [...current.plans.values()].flatMap(({ steps }) => steps.flatMap(({ file }) => file ?? []))
  return [...new Set([...current.config.file === undefined ? [] : [current.config.file], resolve('.env'), ...plugins])]
}

function contentOf(file: string): string {
  try {
    return createHash('sha256').update(readFileSync(file)).digest('hex')
  } catch {
    return 'absent'
  }
}
