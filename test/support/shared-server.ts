/** One server for all tests of a run, in however many processes they are: the first process starts it when it is asked for, and ends it when the tests are over. */

import { once } from 'node:events'
import { createServer } from 'node:http'
import { request } from 'undici'
import { portOf } from '../../core/testing/port.ts'

export interface ServerFacts {
  /** For people. */
  readonly name: string
  /** What a tester does who has none. */
  readonly advice: string
  /** The variable that has the URL of the tester's own. */
  readonly variable: string
  /** @returns undefined if no server can be had */
  start(): Promise<{ readonly url: string } | undefined>
}

/** Where the other processes of a run ask the first one. */
const keeperVariable = 'TAPLINE_TEST_SERVERS'
let isKeeper = false

export class SharedServer {
  readonly facts: ServerFacts
  #url: Promise<string | undefined> | undefined

  constructor(facts: ServerFacts) {
    this.facts = facts
  }

  /** Whether it is the tester's own, which outlives the tests. */
  get isLent(): boolean {
    return process.env[this.facts.variable] !== undefined
  }

  /** Undefined if no server can be had. @throws Error with what the server said, if it does not come up */
  url(): Promise<string | undefined> {
    return (this.#url ??= this.#find())
  }

  /** Whether somebody asked for it, and it could not be had. */
  async isMissing(): Promise<boolean> {
    return this.#url !== undefined && (await this.#url) === undefined
  }

  async #find(): Promise<string | undefined> {
    if (this.isLent) return process.env[this.facts.variable]
    const keeper = isKeeper ? undefined : process.env[keeperVariable]
    if (keeper === undefined) return (await this.facts.start())?.url
    const { statusCode, body } = await request(`${keeper}/${this.facts.name}`, { headersTimeout: 0 })
    const text = await body.text()
    if (statusCode !== 200) throw new Error(text)
    return text === '' ? undefined : text
  }
}

/** Has this process start the servers that tests ask for, in other processes too. @returns ends the asking */
export async function keepServers(servers: readonly SharedServer[]): Promise<() => void> {
  isKeeper = true
  const keeper = createServer((asked, answer) => {
    const server = servers.find(({ facts: { name } }) => asked.url === `/${name}`) as SharedServer
    server.url().then(
      url => answer.end(url ?? ''),
      (cause: Error) => answer.writeHead(500).end(cause.message),
    )
  })
  await once(keeper.listen(0, '127.0.0.1'), 'listening')
  process.env[keeperVariable] = `http://127.0.0.1:${portOf(keeper)}`
  return () => {
    keeper.closeAllConnections()
    keeper.close()
  }
}
