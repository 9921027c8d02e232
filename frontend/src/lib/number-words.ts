/** Numbers in words, the Indian way (lakh, crore), in English and Hindi. */

export type WordsLanguage = 'en' | 'hi'

interface Words {
  integer: (value: number) => string
  rupees: (value: number) => string
  paise: (value: number) => string
  and: string
}

const EN_SMALL =
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(' ')
const EN_TENS = '_ _ twenty thirty forty fifty sixty seventy eighty ninety'.split(' ')

// Hindi has a word of its own for every number below a hundred.
const HI_SMALL = `
  शून्य एक दो तीन चार पाँच छह सात आठ नौ दस ग्यारह बारह तेरह चौदह पंद्रह सोलह सत्रह अठारह उन्नीस
  बीस इक्कीस बाईस तेईस चौबीस पच्चीस छब्बीस सत्ताईस अट्ठाईस उनतीस तीस इकतीस बत्तीस तैंतीस चौंतीस पैंतीस छत्तीस सैंतीस अड़तीस उनतालीस
  चालीस इकतालीस बयालीस तैंतालीस चौवालीस पैंतालीस छियालीस सैंतालीस अड़तालीस उनचास पचास इक्यावन बावन तिरपन चौवन पचपन छप्पन सत्तावन अट्ठावन उनसठ
  साठ इकसठ बासठ तिरसठ चौंसठ पैंसठ छियासठ सड़सठ अड़सठ उनहत्तर सत्तर इकहत्तर बहत्तर तिहत्तर चौहत्तर पचहत्तर छिहत्तर सतहत्तर अठहत्तर उन्यासी
  अस्सी इक्यासी बयासी तिरासी चौरासी पचासी छियासी सत्तासी अट्ठासी नवासी नब्बे इक्यानवे बानवे तिरानवे चौरानवे पचानवे छियानवे सत्तानवे अट्ठानवे निन्यानवे
`.trim().split(/\s+/)

function englishBelowHundred(value: number): string {
  if (value < 20) return EN_SMALL[value] ?? ''
  const tens = EN_TENS[Math.floor(value / 10)] ?? ''
  return value % 10 === 0 ? tens : `${tens}-${EN_SMALL[value % 10]}`
}

function inIndianUnits(value: number, small: (value: number) => string, names: [string, string, string, string]): string {
  if (value < 100) return small(value)
  const units: [number, string][] = [
    [10_000_000, names[0]],
    [100_000, names[1]],
    [1_000, names[2]],
    [100, names[3]],
  ]
  const [size, name] = units.find(([unit]) => value >= unit) ?? [100, names[3]]
  const head = `${inIndianUnits(Math.floor(value / size), small, names)} ${name}`
  const rest = value % size
  return rest === 0 ? head : `${head} ${inIndianUnits(rest, small, names)}`
}

export const WORDS: Record<WordsLanguage, Words> = {
  en: {
    integer: (value) => inIndianUnits(value, englishBelowHundred, ['crore', 'lakh', 'thousand', 'hundred']),
    rupees: (value) => (value === 1 ? 'rupee' : 'rupees'),
    paise: (value) => (value === 1 ? 'paisa' : 'paise'),
    and: 'and',
  },
  hi: {
    integer: (value) => inIndianUnits(value, (small) => HI_SMALL[small] ?? '', ['करोड़', 'लाख', 'हज़ार', 'सौ']),
    rupees: (value) => (value === 1 ? 'रुपया' : 'रुपये'),
    paise: (value) => (value === 1 ? 'पैसा' : 'पैसे'),
    and: 'और',
  },
}
