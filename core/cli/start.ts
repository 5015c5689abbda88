/** `tapline`: runs the gateway until it is told to stop. */

import { KeptTexts } from '../config/sources/kept-texts.ts'
import type { Flags } from '../config/sources/layers.ts'
import { Gateway } from '../gateway/gateway.ts'
import { readConfig } from '../gateway/loading/load-for.ts'
import { makeLog } from '../gateway/log.ts'
import type { Served } from '../gateway/served.ts'
import { watchConfiguration } from '../gateway/watch.ts'
import { Ending } from './ending.ts'
import { processContext } from './process-context.ts'
import type { Logger } from 'pino'

export async function start(flags: Flags): Promise<void> {
  const serving = Promise.withResolvers<Served>()
  process.on('SIGHUP', () => void serving.promise.then(gateway => gateway.reload()))
  const texts = new KeptTexts()
  const context = await processContext(flags)
  const read = await readConfig({ ...context, readText: texts.read })
  const { config } = read
  const { shutdown, workers, pid_file: pid } = config.values.server
  const { logger, flush } = await makeLog(config.values.logging_runtime)
  process.on('exit', flush)
  const told = config.warnings
  for (const warning of told) logger.warn(warning)
  for (const error of config.errors) logger.error(error)
  const ending = new Ending(logger, shutdown.total_timeout)
  const gaveUp = (cause: unknown) => ending.giveUp(cause)
  const gateway: Served =
    workers === 1
      ? await Gateway.start({ ...context, log: logger, read })
      : await (
          await import('../workers/worker-pool.ts')
        ).WorkerPool.start({ origin: context, texts: texts.all, count: workers, clock: context.clock, log: logger, gaveUp })
  for (const warning of gateway.facts.warnings) if (!told.includes(warning)) logger.warn(warning)
  // It serves from here on: whoever ends it finds somebody who listens.
  const stopWatching = watchConfiguration(gateway, logger)
  serving.resolve(gateway)
  process.on('unhandledRejection', cause => {
    logger.error({ err: cause }, 'a promise was rejected and nobody took care of it')
  })
  ending.onSignals(gateway, stopWatching)
  await ending.writePid(pid)
  announce(gateway, workers, logger)
}

function announce({ facts: { url, providers, file, lookedFor } }: Served, workers: number, log: Logger): void {
  if (lookedFor.length > 0)
    log.warn(
      { looked_for: lookedFor },
      `no provider is configured: the embedded demo answers. Set ${lookedFor[0]}, or another of looked_for, to use a real one`,
    )
  log.info({ url, providers, config: file ?? 'no file', ...(workers === 1 ? {} : { workers }) }, `Tapline listens on ${url}`)
}
