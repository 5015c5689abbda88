/** The dashboard of a gateway with the default set, and the browser that reads it. */

import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { chatCompletion, sampleStream } from '../../core/testing/chat-samples.ts'
import { buildPage, openBrowser, Reader } from './browser.ts'
import { hello, helloStream, masterKey, Served, type ServeOptions } from './serve.ts'
import { until } from './until.ts'

/** Every feature that has a page. */
export const config = { logging: { enabled: true, log_bodies: true }, cache: { response: { simple: {} } } }

export class Dashboard {
  readonly browser: Browser
  readonly served: Served

  private constructor(browser: Browser, served: Served) {
    this.browser = browser
    this.served = served
  }

  /** In a hook `before`. Fourteen calls were made, and are recorded: twelve of `/team/0` to `/team/2`, a stream, and one to a model that is not there. */
  static async start(context: Mocha.Context, options: ServeOptions = {}): Promise<Dashboard> {
    const browser = await openBrowser(context)
    buildPage()
    const served = await Served.start({ ...options, config: { ...config, ...options.config } })
    served.upstream.always({ body: chatCompletion({ content: 'Good morning.' }) })
    for (let sent = 0; sent < 12; sent++) await served.chat(hello, { 'x-tapline-user-path': `/team/${sent % 3}` })
    served.upstream.reply({ chunks: sampleStream })
    await served.chat(helloStream)
    await served.chat({ ...hello, model: 'unheard-of' })
    const dashboard = new Dashboard(browser, served)
    const total = async (path: string) => (await dashboard.asked<{ readonly total: number }>(path)).total
    await until(async () => (await total('/audit/log')) === 14 && (await total('/usage/log?cache_mode=all')) === 13)
    return dashboard
  }

  /** What the admin API says at this path. */
  async asked<T>(path: string): Promise<T> {
    return JSON.parse((await this.served.call('GET', `/admin${path}`)).body.toString()) as T
  }

  /** A reader who has signed in. */
  async open(path: string, options: BrowserContextOptions = {}, key = masterKey): Promise<Reader> {
    const reader = await Reader.open(this.browser, options)
    await reader.page.goto(`${this.served.url}/admin/dashboard/${path}`)
    await signIn(reader.page, key)
    return reader
  }

  async close(): Promise<void> {
    await this.browser.close()
    await this.served.close()
  }
}

/** Until the key was taken: who goes elsewhere before is asked for it again. */
export async function signIn(page: Page, key = masterKey): Promise<void> {
  await page.getByLabel('Master key').fill(key)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('navigation', { name: 'Pages' }).waitFor()
}
