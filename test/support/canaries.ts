/** Credentials that nobody has, in the forms of their vendors; put together here, so that no scanner of repositories takes them for real. */

/** So many characters of no meaning. */
const noise = (length: number, alphabet = 'aB3dE5fG7hJ9kL1mN2pQ4rS6tU8vW0xYzC') =>
  Array.from({ length }, (_, i) => alphabet[(i * 7 + i * i) % alphabet.length]).join('')
const hex = (length: number) => noise(length, '0a1b2c3d4e5f6789')
const key = (...parts: readonly string[]) => parts.join('')

/** By vendor, as `secrets` calls them; without those that are secret only where they stand. */
export const canaries: Readonly<Record<string, readonly string[]>> = {
  openai: [key('sk-', 'proj-', noise(48), '_', noise(20)), key('sk-', noise(20), 'T3BlbkFJ', noise(20)), key('sk-', 'svcacct-', noise(40))],
  anthropic: [key('sk-ant-', 'api03-', noise(93), 'AA')],
  openrouter: [key('sk-or-', 'v1-', hex(64))],
  groq: [key('gsk_', noise(52))],
  xai: [key('xai-', noise(80))],
  perplexity: [key('pplx-', noise(48))],
  replicate: [key('r8_', noise(37))],
  huggingface: [key('hf_', noise(34))],
  tapline: [key('sk_tap_', noise(43))],
  aws: [key('AK', 'IA', noise(16, 'ABCDEFGHIJ234567')), key('AS', 'IA', noise(16, 'ABCDEFGHIJ234567')), key('ABSK', noise(110))],
  google: [key('AIza', noise(35)), key('GOCSPX-', noise(28)), key('ya29.', noise(60))],
  azure: [key(noise(3), '8Q~', noise(34)), key(noise(52), 'JQQJ99', noise(26))],
  github: ['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_'].map(prefix => key(prefix, noise(36))).concat(key('github', '_pat_', noise(22), '_', noise(59))),
  gitlab: [key('glpat-', noise(20)), key('glrt-', noise(20))],
  bitbucket: [key('ATBB', noise(32))],
  atlassian: [key('ATATT3', noise(60))],
  slack: [key('xoxb-', '123456789012-', '123456789012-', noise(24)), key('xapp-', '1-A1-', '123-', noise(40))],
  telegram: [key('123456789', ':A', noise(34))],
  stripe: [key('sk_', 'live_', noise(24)), key('rk_', 'test_', noise(24)), key('whsec_', noise(32))],
  square: [key('sq0atp-', noise(22))],
  shopify: [key('shpat_', hex(32))],
  twilio: [key('SK', hex(32)), key('AC', hex(32))],
  sendgrid: [key('SG.', noise(22), '.', noise(43))],
  mailgun: [key('key-', hex(32))],
  mailchimp: [key(hex(32), '-us12')],
  npm: [key('npm_', noise(36))],
  pypi: [key('pypi-', 'AgEIcHlwaS5vcmc', noise(70))],
  rubygems: [key('rubygems_', hex(48))],
  docker: [key('dckr_pat_', noise(27))],
  digitalocean: [key('dop_v1_', hex(64))],
  heroku: [key('HRKU-', noise(36))],
  databricks: [key('dapi', hex(32))],
  vault: [key('hvs.', noise(24))],
  terraform: [key(noise(14), '.atlasv1.', noise(67))],
  doppler: [key('dp.pt.', noise(43))],
  new_relic: [key('NRAK-', noise(27, 'ABCDEFGHIJ234567'))],
  sentry: [key('sntrys_', noise(60))],
  linear: [key('lin_api_', noise(40))],
  notion: [key('ntn_', noise(46))],
  postman: [key('PMAK-', hex(24), '-', hex(34))],
  jwt: [key('eyJ', noise(20), '.eyJ', noise(30), '.', noise(43))],
}

/** A key of no algorithm, of 21 lines. */
export function privateKey(eol: string): string {
  const lines = Array.from({ length: 20 }, (_, i) => noise(64, `${'ABCDEFGHJKMN'.slice(i % 12)}aB3dE5fG7hJ9kL1mN2pQ4rS6tU8vW0xYzC+/`))
  return ['-----BEGIN RSA ', 'PRIVATE KEY-----', ...lines.map(line => eol + line), eol, noise(20), '==', eol, '-----END RSA ', 'PRIVATE KEY-----'].join('')
}
