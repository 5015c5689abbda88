/** `tapline`: runs the gateway until it is told to stop. */

import { rm } from 'node:fs/promises'
import { KeptTexts } from '../config/sources/kept-texts.ts'
import { Gateway } from '../gateway/gateway.ts'
import { readConfig } from '../gateway/loading/load-for.ts'
import { makeLog } from '../gateway/log.ts'
import { pidFile, writePid } from '../gateway/pid-file.ts'
import type { Served } from '../gateway/served.ts'
import { watchConfiguration } from '../gateway/watch.ts'
import { processContext, type CommonFlags } from './process-context.ts'
import pino from 'pino'

export type StartFlags = CommonFlags

const sameSignalMs = 500

export async function start(flags: StartFlags): Promise<void> {
  const texts = new KeptTexts()
  const context = await processContext(flags, pino({ enabled: false }))
  const read = await readConfig({ ...context, readText: texts.read })
  const { config } = read
  const { shutdown, workers } = config.values.server
  const { logger, flush } = await makeLog(config.values.logging_runtime)
  process.on('exit', flush)
  for (const warning of config.warnings) logger.warn(warning)
  for (const error of config.errors) logger.error(error)
  let pid: Promise<string | undefined> | undefined
  const leave = async (code: number) => {
    const file = await pid
    if (file !== undefined) await rm(file, { force: true })
    process.exit(code)
  }
  const gaveUp = (cause: unknown) => {
    logger.fatal({ err: cause }, 'nobody serves any more')
    void leave(1)
  }
  const gateway: Served =
    workers === 1
      ? await Gateway.start({ ...context, log: logger, read })
      : await (
          await import('../workers/worker-pool.ts')
        ).WorkerPool.start({ origin: context, texts: texts.all, count: workers, clock: context.clock, log: logger, gaveUp })
  // It serves from here on: whoever ends it finds somebody who listens.
  const stopWatching = watchConfiguration(gateway, logger)
  process.on('SIGHUP', () => {
    void gateway.reload()
  })
  process.on('unhandledRejection', cause => {
    logger.error({ err: cause }, 'a promise was rejected and nobody took care of it')
  })
  let first: { readonly signal: string; readonly at: number } | undefined
  const stop = (signal: string) => {
    if (first !== undefined) {
      // Ctrl-C under npm arrives twice: from the terminal, and from npm.
      if (signal === 'SIGINT' && first.signal === signal && performance.now() - first.at < sameSignalMs) return
      logger.warn(`${signal} again: exiting at once`)
      process.exit(1)
    }
    first = { signal, at: performance.now() }
    logger.info(`${signal}: finishing what runs`)
    stopWatching()
    setTimeout(() => {
      logger.error('the shutdown took too long')
      process.exit(1)
    }, shutdown.total_timeout).unref()
    void gateway.stop().then(clean => {
      logger.info(clean ? 'stopped' : 'stopped; some requests were cut')
      return leave(clean ? 0 : 1)
    })
  }
  process.on('SIGTERM', () => stop('SIGTERM'))
  process.on('SIGINT', () => stop('SIGINT'))
  await (pid = writePid(pidFile(config.values.server.pid_file), logger))
  announce(gateway, workers, logger)
}

function announce({ facts: { url, providers, file, lookedFor } }: Served, workers: number, log: pino.Logger): void {
  if (lookedFor.length > 0)
    log.warn(
      { looked_for: lookedFor },
      `no provider is configured: the embedded demo answers. Set ${lookedFor[0]}, or another of looked_for, to use a real one`,
    )
  log.info({ url, providers, config: file ?? 'no file', ...(workers === 1 ? {} : { workers }) }, `Tapline listens on ${url}`)
}
