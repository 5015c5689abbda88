/** Which models are open to whom, and who is where. */

import { expect } from 'chai'
import type { AuthKeyView } from '../../schemas/admin/auth-keys.schema.ts'
import type { DirectoryUser } from '../../schemas/admin/users.schema.ts'
import { violations } from '../support/axe.ts'
import { Dashboard } from '../support/dashboard.ts'
import { hello } from '../support/serve.ts'

describe('the page User paths', () => {
  let dashboard: Dashboard

  before(async function () {
    dashboard = await Dashboard.start(this, { config: { users: [{ path: '/managed', allowed_models: ['*'], description: 'from the file' }] } })
  })

  after(async () => {
    await dashboard?.close()
  })

  const statusAt = async (path: string) => (await dashboard.served.chat(hello, { 'x-tapline-user-path': path })).status

  it('gives a user path a rule, warns where nothing is left to it, and takes it away', async () => {
    await using reader = await dashboard.open('users', { bypassCSP: true })
    const { page } = reader
    const row = page.getByRole('row', { name: /\/team\/few/ })
    await page.getByRole('button', { name: 'New rule' }).click()
    await page.locator('[name=user_path]').fill('/team/few')
    await page.getByText(/^\d+ of \d+ models are left/).waitFor()
    await page.locator('[name=allowed_models]').fill('unheard-of')
    await page.getByText('Nothing is left').waitFor()
    expect(await violations(page)).to.deep.equal([])
    await page.getByRole('button', { name: 'Save' }).click()
    await row.getByText('None', { exact: true }).waitFor()
    expect(await statusAt('/team/few/below')).to.equal(400)
    await row.getByRole('button', { name: 'Edit' }).click()
    await page.locator('[name=allowed_models]').fill('*')
    await page.getByText('Nothing is left').waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Save' }).click()
    await row.getByText('None', { exact: true }).waitFor({ state: 'detached' })
    expect(await statusAt('/team/few/below')).to.equal(200)
    await row.getByRole('button', { name: 'Remove' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click()
    await row.waitFor({ state: 'detached' })
    expect(reader.complaints).to.deep.equal([])
  })

  it('finds paths, groups and users by a part of their names', async () => {
    const { id } = JSON.parse((await dashboard.served.call('PUT', '/admin/directory/users', { name: 'Somebody Sought' })).body.toString()) as DirectoryUser
    await using reader = await dashboard.open('users')
    const { page } = reader
    const [paths, members] = ['User paths', 'Groups and users'].map(name => page.getByRole('table', { name }).locator('tbody tr'))
    await members!.getByText('Somebody Sought', { exact: true }).waitFor()
    await page.getByRole('searchbox', { name: 'Search' }).fill('FROM THE')
    await page.keyboard.press('Enter')
    await page.getByText('None fits.').waitFor()
    expect(await paths!.allInnerTexts()).to.have.lengthOf(1)
    await page.getByRole('searchbox', { name: 'Search' }).fill('body sought')
    await page.keyboard.press('Enter')
    await members!.getByText('Somebody Sought', { exact: true }).waitFor()
    expect(await members!.allInnerTexts()).to.have.lengthOf(1)
    expect(reader.complaints).to.deep.equal([])
    await dashboard.served.call('DELETE', '/admin/directory/users', { id })
  })

  it('leaves alone what the configuration says, and makes a key for it', async () => {
    await using reader = await dashboard.open('users')
    const { page } = reader
    const row = page.getByRole('row', { name: /\/managed/ })
    await row.getByText('Config').waitFor()
    expect(await row.getByRole('button').allInnerTexts()).to.deep.equal(['Add key'])
    await page.getByText('stands in the configuration').waitFor()
    await row.getByRole('button', { name: 'Add key' }).click()
    await page.getByLabel('Name').fill('managed')
    await page.getByRole('button', { name: 'Create', exact: true }).click()
    await page.locator('.secret').waitFor()
    expect((await dashboard.asked<AuthKeyView[]>('/auth-keys')).map(key => key.user_path)).to.deep.equal(['/managed'])
  })

  it('makes groups and users, and moves a group with all that is in it', async () => {
    await using reader = await dashboard.open('users')
    const { page } = reader
    const directory = page.getByRole('table', { name: 'Groups and users' })
    for (const [what, name, within] of [
      ['group', 'research', '–'],
      ['group', 'lab', 'research'],
      ['user', 'ann', 'lab'],
    ] as const) {
      await page.getByRole('button', { name: `New ${what}` }).click()
      await page.locator('[name=name]').fill(name)
      await page.locator('dialog select').selectOption(within)
      await page.getByRole('button', { name: 'Create', exact: true }).click()
      await directory.getByRole('row', { name: new RegExp(`^${name} ${what}`) }).waitFor()
    }
    const ann = directory.getByRole('row', { name: /^ann/ })
    await ann.getByRole('button', { name: 'Add key' }).click()
    await page.getByLabel('Name').fill('of ann')
    await page.getByRole('button', { name: 'Create', exact: true }).click()
    await page.getByRole('button', { name: 'Done' }).click()
    expect(await directory.getByRole('row', { name: /^lab/ }).getByRole('button', { name: 'Delete' }).isDisabled()).to.equal(true)
    await directory.getByRole('row', { name: /^lab/ }).getByRole('button', { name: 'Move' }).click()
    await page.locator('dialog select').selectOption('–')
    await page.getByRole('dialog').getByRole('button', { name: 'Move' }).click()
    await ann.getByText('/lab/ann', { exact: true }).waitFor()
    const keys = await dashboard.asked<AuthKeyView[]>('/auth-keys')
    expect(keys.find(({ name }) => name === 'of ann')?.user_path).to.equal('/lab/ann')
    await ann.getByRole('button', { name: 'Edit' }).click()
    await page.locator('[name=name]').fill('anna')
    await page.getByRole('button', { name: 'Save' }).click()
    await directory.getByText('/lab/anna').waitFor()
    await directory.getByRole('row', { name: /^anna/ }).getByRole('button', { name: 'Delete' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
    await directory.getByText('/lab/anna').waitFor({ state: 'detached' })
    expect(await dashboard.asked<DirectoryUser[]>('/directory/users')).to.deep.equal([])
    expect(reader.complaints).to.deep.equal([])
  })
})
