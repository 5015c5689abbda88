/** `tapline`: runs the gateway until it is told to stop. */

import { rm } from 'node:fs/promises'
import { Gateway } from '../gateway/gateway.ts'
import { readConfig } from '../gateway/load-for.ts'
import { makeLog } from '../gateway/log.ts'
import { pidFile, writePid } from '../gateway/pid-file.ts'
import { watchConfiguration } from '../gateway/watch.ts'
import { groundFor, type CommonFlags } from './ground.ts'
import pino from 'pino'

export type StartFlags = CommonFlags

const sameSignalMs = 500

export async function start(flags: StartFlags): Promise<void> {
  const read = await readConfig(await groundFor(flags, pino({ enabled: false })))
  const { config } = read
  const { logger, flush } = await makeLog(config.values.logging_runtime)
  process.on('exit', flush)
  for (const warning of config.warnings) logger.warn(warning)
  for (const error of config.errors) logger.error(error)
  const gateway = await Gateway.start({ ...await groundFor(flags, logger), read })
  const pid = await writePid(pidFile(config.values.server.pid_file), logger)
  announce(gateway, logger)
  const stopWatching = watchConfiguration(gateway, logger)

  process.on('SIGHUP', () => { void gateway.reload() })
  process.on('unhandledRejection', cause => { logger.error({ err: cause }, 'a promise was rejected and nobody took care of it') })
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
    setTimeout(() => { logger.error('the shutdown took too long'); process.exit(1) }, config.values.server.shutdown.total_timeout).unref()
    void gateway.stop().then(async clean => {
      if (pid !== undefined) await rm(pid, { force: true })
      logger.info(clean ? 'stopped' : 'stopped; some requests were cut')
      process.exit(clean ? 0 : 1)
    })
  }
  process.on('SIGTERM', () => stop('SIGTERM'))
  process.on('SIGINT', () => stop('SIGINT'))
}

function announce(gateway: Gateway, log: pino.Logger): void {
  const { providers, config } = gateway.current
  const names = [...providers.keys()]
  if (config.lookedFor.length > 0) log.warn({ looked_for: config.lookedFor }, `no provider is configured: the embedded demo answers. Set ${config.lookedFor[0]}, or another of looked_for, to use a real one`)
  log.info({ url: gateway.url, providers: names, config: config.file ?? 'no file', pid: process.pid }, `Tapline listens on ${gateway.url}`)
}
