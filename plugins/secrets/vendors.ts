/** The forms of credentials, by who issues them. */

import type { TextForm } from '../shared/guard/forms.ts'

/** The end of a line, also as it is written inside a JSON text. */
const eol = '(?:[ \\t]*(?:\\r?\\n|\\\\r\\\\n|\\\\n)[ \\t]*)'
const base64 = '[A-Za-z0-9+/]'
const privateKey = [
  '-----BEGIN [A-Z0-9 ]{0,24}PRIVATE KEY(?: BLOCK)?-----',
  `(?:${eol}[A-Za-z-]+: [^\\r\\n\\\\]+)*`,
  `${eol}+${base64}{16,}={0,2}`,
  `(?:${eol}${base64}+={0,2})*`,
  `(?:${eol}=${base64}{4})?`,
  `(?:${eol}?-----END [A-Z0-9 ]{0,24}PRIVATE KEY(?: BLOCK)?-----)?`,
].join('')
/** Lines as only keys and certificates have them: the rest of a key whose beginning has left already. */
const privateKeyLines = `${base64}*(?:${eol}${base64}{64})+(?:${eol}${base64}+={0,2})*(?:${eol}-----END [A-Z0-9 ]{0,24}PRIVATE KEY(?: BLOCK)?-----)?`

export const keyForms = [
  { entity: 'openai', hint: 'sk-', pattern: '\\bsk-(?:(?:proj|svcacct|admin|None)-[\\w-]{20,}|[A-Za-z0-9]{20,})' },
  { entity: 'anthropic', hint: 'sk-ant-', pattern: '\\bsk-ant-[\\w-]{20,}' },
  { entity: 'openrouter', hint: 'sk-or-', pattern: '\\bsk-or-[\\w-]{20,}' },
  { entity: 'groq', hint: 'gsk_', pattern: '\\bgsk_[A-Za-z0-9]{40,}' },
  { entity: 'xai', hint: 'xai-', pattern: '\\bxai-[A-Za-z0-9]{60,}' },
  { entity: 'perplexity', hint: 'pplx-', pattern: '\\bpplx-[A-Za-z0-9]{40,}' },
  { entity: 'replicate', hint: 'r8_', pattern: '\\br8_[A-Za-z0-9]{37,}' },
  { entity: 'huggingface', hint: 'hf_', pattern: '\\b(?:api_org|hf)_[A-Za-z0-9]{30,}' },
  { entity: 'tapline', hint: 'sk_(?:tap|gom)_', pattern: '\\bsk_(?:tap|gom)_[\\w-]{20,}' },
  { entity: 'aws', hint: 'A[KSBC][IC]A|A3T', pattern: '\\b(?:AKIA|ASIA|ABIA|ACCA|A3T[A-Z0-9])[A-Z0-9]{16}\\b' },
  {
    entity: 'aws',
    hint: '[Ss][Ee][Cc][Rr][Ee][Tt]',
    pattern: `(?i)secret_?-?(?:access)?_?-?key["']?[ \\t]*[:=][ \\t]*["']?(${base64}{40})(?:[^A-Za-z0-9+/=]|$)`,
    group: 1,
  },
  { entity: 'aws', hint: 'ABSK', pattern: `\\bABSK${base64}{100,}={0,2}` },
  { entity: 'google', hint: 'AIza', pattern: '\\bAIza[\\w-]{35}' },
  { entity: 'google', hint: 'GOCSPX-', pattern: '\\bGOCSPX-[\\w-]{28}' },
  { entity: 'google', hint: 'ya29\\.', pattern: '\\bya29\\.[\\w-]{20,}' },
  { entity: 'azure', hint: 'AccountKey=|SharedAccessKey=', pattern: `(?:AccountKey|SharedAccessKey)=(${base64}{40,}={0,2})`, group: 1 },
  { entity: 'azure', hint: 'sig=', pattern: '\\bsig=((?:[A-Za-z0-9]|%[0-9A-Fa-f]{2}){40,})', group: 1 },
  { entity: 'azure', hint: '8Q~', pattern: '\\b[\\w~.-]{3}8Q~[\\w~.-]{31,34}' },
  { entity: 'azure', hint: 'JQQJ99', pattern: '\\b[A-Za-z0-9]{52}JQQJ99[A-Za-z0-9]{26}' },
  { entity: 'github', hint: 'gh[pousr]_', pattern: '\\bgh[pousr]_[A-Za-z0-9]{36,}' },
  { entity: 'github', hint: 'github_pat_', pattern: '\\bgithub_pat_[A-Za-z0-9_]{22,}' },
  { entity: 'gitlab', hint: 'gl[a-z]{2,5}-', pattern: '\\bgl(?:pat|dt|rt|cbt|ptt|ft|imt|agent|oas|soat|ffct)-[\\w.-]{20,}' },
  { entity: 'bitbucket', hint: 'ATBB', pattern: '\\bATBB[A-Za-z0-9]{32}' },
  { entity: 'atlassian', hint: 'ATATT3', pattern: '\\bATATT3[\\w=-]{50,}' },
  { entity: 'slack', hint: 'xox[a-z]-', pattern: '\\bxox[abceoprs](?:\\.xox[bp])?-[A-Za-z0-9-]{10,}' },
  { entity: 'slack', hint: 'xapp-', pattern: '\\bxapp-[0-9]-[A-Za-z0-9-]{20,}' },
  { entity: 'slack', hint: 'hooks\\.slack\\.com', pattern: 'hooks\\.slack\\.com/(?:services|workflows|triggers)/([A-Za-z0-9+/]{20,})', group: 1 },
  { entity: 'discord', hint: 'api/webhooks/', pattern: 'discord(?:app)?\\.com/api/webhooks/([0-9]+/[\\w-]{60,})', group: 1 },
  { entity: 'telegram', hint: '\\d:A', pattern: '\\b[0-9]{8,10}:A[\\w-]{34}' },
  { entity: 'stripe', hint: '[srp]k_(?:live|test)_', pattern: '\\b[sr]k_(?:live|test)_[A-Za-z0-9]{16,}' },
  { entity: 'stripe', hint: 'whsec_', pattern: '\\bwhsec_[A-Za-z0-9+/=]{32,}' },
  { entity: 'square', hint: 'sq0', pattern: '\\bsq0(?:atp|csp|idp)-[\\w-]{22,}' },
  { entity: 'shopify', hint: 'shp[a-z]{2}_', pattern: '\\bshp(?:at|ca|pa|ss)_[A-Fa-f0-9]{32}' },
  { entity: 'twilio', hint: '(?:AC|SK)[0-9a-f]{4}', pattern: '\\b(?:AC|SK)[0-9a-f]{32}\\b' },
  { entity: 'sendgrid', hint: 'SG\\.', pattern: '\\bSG\\.[\\w-]{16,32}\\.[\\w-]{16,64}' },
  { entity: 'mailgun', hint: 'key-[0-9a-f]{4}', pattern: '\\bkey-[0-9a-f]{32}\\b' },
  { entity: 'mailchimp', hint: '-us\\d', pattern: '\\b[0-9a-f]{32}-us[0-9]{1,2}\\b' },
  { entity: 'npm', hint: 'npm_', pattern: '\\bnpm_[A-Za-z0-9]{36}' },
  { entity: 'pypi', hint: 'pypi-', pattern: '\\bpypi-Ag[\\w-]{50,}' },
  { entity: 'rubygems', hint: 'rubygems_', pattern: '\\brubygems_[0-9a-f]{48}' },
  { entity: 'docker', hint: 'dckr_', pattern: '\\bdckr_(?:pat|oat)_[\\w-]{20,}' },
  { entity: 'digitalocean', hint: 'do[opr]_v1_', pattern: '\\bdo[opr]_v1_[0-9a-f]{64}' },
  { entity: 'heroku', hint: 'HRKU-', pattern: '\\bHRKU-[\\w-]{30,}' },
  { entity: 'databricks', hint: 'dapi[0-9a-f]', pattern: '\\bdapi[0-9a-f]{32}(?:-[0-9])?\\b' },
  { entity: 'vault', hint: 'hv[sbr]\\.', pattern: '\\bhv[sbr]\\.[\\w-]{24,}' },
  { entity: 'terraform', hint: '\\.atlasv1\\.', pattern: '\\b[A-Za-z0-9]{14}\\.atlasv1\\.[\\w-]{60,}' },
  { entity: 'doppler', hint: 'dp\\.(?:pt|st|ct|sa)', pattern: '\\bdp\\.(?:pt|st|ct|sa|scim|audit)\\.(?:[\\w-]+\\.)?[A-Za-z0-9]{40,}' },
  { entity: 'new_relic', hint: 'NRAK-', pattern: '\\bNRAK-[A-Z0-9]{27}' },
  { entity: 'sentry', hint: 'sntry[su]_', pattern: '\\bsntry[su]_[A-Za-z0-9+/=_-]{40,}' },
  { entity: 'linear', hint: 'lin_(?:api|oauth)_', pattern: '\\blin_(?:api|oauth)_[A-Za-z0-9]{32,}' },
  { entity: 'notion', hint: 'ntn_|secret_', pattern: '\\b(?:ntn|secret)_[A-Za-z0-9]{43,}' },
  { entity: 'postman', hint: 'PMAK-', pattern: '\\bPMAK-[0-9a-f]{24}-[0-9a-f]{34}' },
  { entity: 'jwt', hint: 'eyJ', pattern: '\\beyJ[\\w-]{10,}\\.eyJ[\\w-]{10,}\\.[\\w-]{10,}' },
  {
    entity: 'connection_string',
    hint: '://',
    pattern: '(?i)\\b(?:postgres|postgresql|mysql|mariadb|mongodb|mongodb\\+srv|redis|rediss|amqp|amqps|mssql)://[^\\s:@/]*:([^\\s@/]{3,})@',
    group: 1,
  },
  { entity: 'private_key', hint: '-----BEGIN', pattern: privateKey },
  { entity: 'private_key', hint: '[A-Za-z0-9+/]{64}', pattern: privateKeyLines },
] as const satisfies readonly TextForm[]

export type VendorName = (typeof keyForms)[number]['entity']

export const vendorNames: readonly VendorName[] = [...new Set(keyForms.map(({ entity }) => entity))]
