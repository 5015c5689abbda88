/** `tapline reload`: a configuration that is broken fails here, and the running gateway hears of it only if it is not. */

import { readFile } from 'node:fs/promises'
import type { Flags } from '../config/sources/layers.ts'
import { pidFile } from '../gateway/pid-file.ts'
import { compiled } from './compiled.ts'

export async function reload(flags: Flags): Promise<void> {
  const generation = await compiled(flags)
  await generation.discard()
  const file = pidFile(generation.config.values.server.pid_file)
  if (file === undefined) throw new Error('server.pid_file is empty, so the running gateway cannot be found')
  const pid = Number(
    await readFile(file, 'utf8').catch(() => {
      throw new Error(`no gateway runs here: there is no ${file}`)
    }),
  )
  try {
    process.kill(pid, 'SIGHUP')
  } catch (cause) {
    throw new Error(`no gateway runs here: process ${pid} of ${file} is gone`, { cause })
  }
  console.log(`asked process ${pid} to reload`)
}
