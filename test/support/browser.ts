/** A real browser for tests: the installed Chromium, or the tester's by `TAPLINE_TEST_CHROMIUM`. */

import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core'
import { absence, findProgram } from './servers.ts'

const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking']

/** Has the page built as it is now, in a hook `before`; it takes a second or two where it was not. */
export function buildPage(): void {
  execFileSync(process.execPath, [join(import.meta.dirname, '../../dashboard/build.cjs')], { stdio: 'pipe' })
}

/** In a hook `before`; without a browser, the tests of the suite are left out and say why. */
export async function openBrowser(context: Mocha.Context): Promise<Browser> {
  const file = process.env['TAPLINE_TEST_CHROMIUM'] ?? findProgram('chromium') ?? findProgram('google-chrome')
  if (file !== undefined) return await chromium.launch({ executablePath: file, args: flags })
  const reason = absence({ name: 'Chromium', advice: 'apt-get install chromium, or set TAPLINE_TEST_CHROMIUM' })
  context.test?.parent?.eachTest(test => {
    test.title += ` (${reason})`
  })
  console.warn(`Not tested: ${reason}.`)
  return context.skip()
}

/** One reader of the page, with storage of its own. */
export class Reader {
  readonly page: Page
  /** What the browser complained about: errors of scripts, refused content, files that are not there. */
  readonly complaints: readonly string[]
  /** Whom it asked for anything. */
  readonly hosts: ReadonlySet<string>

  private constructor(page: Page) {
    const complaints: string[] = []
    const hosts = new Set<string>()
    page.on('pageerror', ({ message }) => complaints.push(message))
    page.on('console', message => {
      // A refusal by the admin API is no fault of the page.
      if (message.type() === 'error' && !/status of 40[0-9]/.test(message.text())) complaints.push(message.text())
    })
    page.on('request', request => hosts.add(new URL(request.url()).host))
    this.page = page
    this.complaints = complaints
    this.hosts = hosts
  }

  static async open(browser: Browser, options: BrowserContextOptions = {}): Promise<Reader> {
    const context = await browser.newContext({ timezoneId: 'UTC', locale: 'en-US', ...options })
    return new Reader(await context.newPage())
  }

  async close(): Promise<void> {
    await this.page.context().close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }
}
