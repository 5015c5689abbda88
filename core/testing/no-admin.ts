/** An admin API that nobody calls, for tests of plugins that offer something to it. */

import type { Admin } from '../services/admin.ts'

const withdraw = () => {}

export const noAdmin: Admin = { endpoint: () => withdraw, setting: () => withdraw, refresh: () => withdraw, onChange: () => withdraw }
