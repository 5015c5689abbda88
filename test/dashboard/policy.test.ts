/** What is done to calls. */

import { expect } from 'chai'
import { Dashboard } from '../support/dashboard.ts'
import { hello } from '../support/serve.ts'
import { until } from '../support/until.ts'

describe('the pages Guardrails and Workflows', () => {
  let dashboard: Dashboard

  before(async function () {
    dashboard = await Dashboard.start(this)
  })

  after(async () => {
    await dashboard?.close()
  })

  it('defines a guardrail, and a workflow that applies it to one path', async () => {
    await using reader = await dashboard.open('guardrails')
    const { page } = reader
    await page.getByRole('button', { name: 'New guardrail' }).click()
    await page.getByLabel('Name').fill('no-secrets')
    await page.locator('[name=type]').selectOption('string_replace')
    await page.getByLabel('Options').fill('{ "rules": "hello => goodbye" }')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('row', { name: /no-secrets/ }).waitFor()
    await page.getByRole('link', { name: 'Workflows' }).click()
    await page.getByRole('button', { name: 'New workflow' }).click()
    await page.getByLabel('Name').fill('guarded')
    await page.getByLabel('For user path').fill('/guarded')
    await page
      .getByLabel('Features')
      .fill('{ "schema_version": 2, "features": { "guardrails": true }, "steps": [{ "ref": "no-secrets", "phase": "prompt", "step": 1 }] }')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('row', { name: /guarded.*no-secrets/ }).waitFor()
    await page.getByLabel('User path', { exact: true }).fill('/guarded')
    await page.getByLabel('User path', { exact: true }).press('Enter')
    await page.getByText('guarded (version 1').waitFor()
    await until(async () => {
      await dashboard.served.chat(hello, { 'x-tapline-user-path': '/guarded' })
      return dashboard.served.upstream.requests.at(-1)!.body.includes('goodbye')
    })
    expect(reader.complaints).to.deep.equal([])
  })
})
