import { expect } from 'chai'
import { Forms, type TextForm } from '../../../plugins/shared/guard/forms.ts'
import { compilePattern } from '../../../core/plugin/pattern.ts'
import { entityNames, mayHavePii, recognisers } from '../../../plugins/pii/recognisers.ts'

const scanner = (forms: readonly TextForm[] = recognisers) => new Forms(forms, compilePattern, mayHavePii)
const all = scanner()
const found = (text: string, by = all) => by.find(text).map(({ entity, start, end }) => [entity, text.slice(start, end)])

/** Numbers that their authorities or the literature give as examples. */
const samples: Readonly<Record<string, readonly string[]>> = {
  EMAIL_ADDRESS: ['ann@example.org', "o'neil+list@mail.example.co.uk", 'jürgen@müller.example', 'x_y%z@a-b.example'],
  CREDIT_CARD: [
    '4111111111111111',
    '4111 1111 1111 1111',
    '5555-5555-5555-4444',
    '378282246310005',
    '3782 822463 10005',
    '30569309025904',
    '6011000990139424',
    '2223003122003222',
    '3530111333300000',
  ],
  IBAN_CODE: [
    'DE89370400440532013000',
    'DE89 3704 0044 0532 0130 00',
    'GB82 WEST 1234 5698 7654 32',
    'NO9386011117947',
    'MT84MALT011000012345MTLCAST001S',
    'fr1420041010050500013m02606',
  ],
  IP_ADDRESS: ['192.168.10.7', '203.0.113.255', '2001:db8::8a2e:370:7334', 'fe80::1', '2001:0db8:85a3:0000:0000:8a2e:0370:7334', '::ffff:203.0.113.9'],
  PHONE_NUMBER: [
    '+1 415 555 2671',
    '+442079460958',
    '+49 (30) 1234567',
    '(415) 555-2671',
    '415-555-2671',
    '020 7946 0958',
    '01 23 45 67 89',
    '030/1234567',
    '07911 123456',
  ],
  US_SSN: ['078-05-1120', '219 09 9999'],
  US_ITIN: ['912-70-1234'],
  CA_SIN: ['130-692-544', '130 692 544'],
  UK_NHS: ['943 476 5919'],
  UK_NINO: ['AB123456C', 'AB 12 34 56 C'],
  DE_TAX_ID: ['86095742719', '47036892816', '65 929 970 489'],
  FR_NIR: ['255081416802538', '2 55 08 14 168 025 38'],
  ES_NIF: ['12345678Z', 'X1234567L'],
  IT_FISCAL_CODE: ['RSSMRA85T10A562S'],
  BE_NN: ['85.07.30-033.28'],
  CH_AHV: ['756.9217.0769.85', '7569217076985'],
  PL_PESEL: ['44051401359'],
  SE_PERSONNUMMER: ['811218-9876', '19811218-9876'],
  FI_HETU: ['131052-308T', '131052A308T'],
  DK_CPR: ['211062-5629'],
  TR_TCKN: ['10000000146'],
  BR_CPF: ['529.982.247-25', '52998224725'],
  BR_CNPJ: ['11.222.333/0001-81'],
  IN_AADHAAR: ['2341 2341 2346'],
  IN_PAN: ['ABCPE1234F'],
  CN_RESIDENT_ID: ['11010519491231002X'],
  KR_RRN: ['900101-1234567'],
  SG_NRIC: ['S1234567D', 'G1234567X'],
  AU_MEDICARE: ['2123 45670 1'],
  ZA_ID: ['8001015009087'],
}

/** Those that count only behind their name. */
const named: Readonly<Record<string, readonly [text: string, found: string]>> = {
  NL_BSN: ['BSN: 111222333', '111222333'],
  PT_NIF: ['NIF 123 456 789', '123 456 789'],
  AU_TFN: ['her TFN: 123 456 782', '123 456 782'],
}

describe('recognisers of personal data', () => {
  for (const [entity, texts] of Object.entries(samples)) {
    for (const text of texts) it(`find ${text} to be ${entity}`, () => expect(found(`Take ${text}, please.`)).to.deep.equal([[entity, text]]))
  }
  for (const [entity, [text, value]] of Object.entries(named)) {
    it(`find ${value} to be ${entity} where it is called so`, () => {
      expect(found(`Take ${text}, please.`)).to.deep.equal([[entity, value]])
      expect(found(`Take ${value.replaceAll(' ', '')}, please.`)).to.deep.equal([])
    })
  }

  for (const text of [
    'Version 1.2.3 of 2024-01-02T12:30:45Z has 1,234,567 lines',
    'std::vector and a::b and 12:30:45',
    '4111 1111 1111 1112',
    'DE88370400440532013000',
    '999.1.1.1 and 1.2.3.4.5.6',
    '127.0.0.1 and ::1 and ::',
    'order 123456789012',
    'pi is 3.14159265358979',
    '44051401358',
    '529.982.247-24',
    '2341 2341 2347',
    '000-12-3456',
    '900-12-3456',
    '@home and me@home',
    'UUID 123e4567-e89b-12d3-a456-426614174000',
    'commit 0123456789abcdef0123456789abcdef01234567',
    'aa:bb:cc:dd:ee:ff',
    '4'.repeat(16),
    '00000000000',
    'RSSMRA85T10A562T',
    '12345678A',
    'S1234567A',
    '911 or 112',
    'from 1914 to 1918',
    '$1,000,000.00',
  ])
    it(`find nothing in ${text}`, () => expect(found(text)).to.deep.equal([]))

  it('find a number behind other numbers, and one before a word', () => {
    expect(found('in 2024 4111 1111 1111 1111 12/26')).to.deep.equal([['CREDIT_CARD', '4111 1111 1111 1111']])
    expect(found('ab12 DE89 3704 0044 0532 0130 00 then')).to.deep.equal([['IBAN_CODE', 'DE89 3704 0044 0532 0130 00']])
    expect(found('BE68 5390 0754 7034 then')).to.deep.equal([['IBAN_CODE', 'BE68 5390 0754 7034']])
  })

  it('find all that a text has, in order', () => {
    expect(found('ann@example.org called +442079460958 from 203.0.113.9').map(([entity]) => entity)).to.deep.equal([
      'EMAIL_ADDRESS',
      'PHONE_NUMBER',
      'IP_ADDRESS',
    ])
  })

  it("are those that are asked for, and the operator's own", () => {
    expect(found('ann@example.org +442079460958', scanner(recognisers.filter(({ entity }) => entity === 'EMAIL_ADDRESS')))).to.deep.equal([
      ['EMAIL_ADDRESS', 'ann@example.org'],
    ])
    const own = scanner([{ entity: 'EMPLOYEE_ID', pattern: 'E-\\d{4}' }])
    expect(found('E-1234, ann@example.org', own)).to.deep.equal([['EMPLOYEE_ID', 'E-1234']])
  })

  it('are all tried with an example', () => expect([...Object.keys(samples), ...Object.keys(named), 'NO_FNR'].sort()).to.deep.equal([...entityNames].sort()))

  it('refuse a pattern that could explode', () => {
    expect(() => scanner([{ entity: 'X', pattern: '(a)\\1' }])).to.throw(SyntaxError)
  })

  it('read a long text of digits without stalling', () => {
    const begun = process.cpuUsage()
    expect(found('1 22 333 4444 55555 '.repeat(2000))).to.deep.equal([])
    expect(process.cpuUsage(begun).user / 1000).to.be.below(3000)
  })

  it('are looked for once in a text, however many numbers in it do not pass', () => {
    let looks = 0
    const counting = (pattern: string) => {
      const compiled = compilePattern(pattern)
      return {
        ...compiled,
        spans: (...asked: Parameters<typeof compiled.spans>) => {
          looks += 1
          return compiled.spans(...asked)
        },
      }
    }
    const forms = new Forms(
      recognisers.filter(({ entity }) => entity === 'CREDIT_CARD'),
      counting,
    )
    expect(found('4111-'.repeat(1000) + '4111-1111-1111-1111', forms)).to.deep.equal([['CREDIT_CARD', '4111-1111-1111-1111']])
    expect(looks).to.equal(1)
  })
})
