/**
 * Two made-up corpora: mail between people who work, shop and live together, and mail that nobody asked for. Both are put
 * together from sentences of ours, and they share subjects on purpose: parcels, invoices, accounts and prices occur in both. The
 * sentences of the second half of each list occur in held-out mail only, so that what is measured is not what was learnt by heart.
 */
import { seededRandom } from '../../src/base/random.ts'
import { plainMail } from './mail-samples.ts'

interface Kind { readonly senders: readonly string[]; readonly subjects: readonly string[]; readonly sentences: readonly string[] }

const HAM: Kind = {
  senders: [
    'Lena Vogt <lena.vogt@hafen-druck.example>', 'Tom Reed <tom@reed-joinery.example>', 'Library <desk@town-library.example>',
    'Priya Nair <priya@orchard-clinic.example>', 'Payroll <payroll@hafen-druck.example>', 'Jonas <jonas@kayak-club.example>',
  ],
  subjects: [
    'Minutes of Tuesday', 'Your invoice for October', 'Parcel at the front desk', 'Shift plan for next week', 'Re: paper order',
    'Account of the club trip', 'Question about the offer', 'Lunch on Friday?', 'Draft of the contract', 'Books are due',
  ],
  sentences: [
    'The minutes of our meeting are attached, please tell me what I have missed.',
    'I have moved the review to Thursday because half of the team is travelling.',
    'Could you have a look at the second paragraph before we send the contract back?',
    'The invoice for the printing paper is attached and due at the end of the month.',
    'Your parcel was left at the front desk, bring your badge to collect it.',
    'We agreed to keep the old price until the new machine is installed.',
    'Please enter your hours into the plan before Wednesday noon.',
    'My daughter has a school concert, so I will leave at three.',
    'The colours of the proof looked darker than on the screen, shall we print it again?',
    'Thanks for the quick answer, that solved the problem with the login of our printer.',
    'The bank confirmed that the transfer for the deposit has arrived.',
    'I will bring the projector and the long cable to the meeting.',
    'We still need two drivers for the boats on Saturday morning.',
    'The novel that you reserved is at the desk until next Tuesday.',
    'Please confirm the appointment, the doctor has time at ten.',
    'Our accountant asks for the receipts of the trip, a photograph is enough.',
    'The customer liked the offer but asks for delivery in two parts.',
    'Can we meet ten minutes earlier? The train leaves at five.',
    'I attached the photographs of the damaged box for the insurance.',
    'The heating in the meeting room is repaired, thank you for your patience.',
    'Next week Jonas is on holiday, please send the plan to me.',
    'The order of paper came one pallet short, I have called the supplier.',
    'Let us print the second proof on the new machine before we confirm.',
    'The team agreed on Thursday, please bring the contract to the review.',
  ],
}

const SPAM: Kind = {
  senders: [
    'Prize Office <winner@lucky-draw-intl.example>', 'Dr. Slim <offers@slim-fast-now.example>', 'Account Security <alert@verify-login.example>',
    'Crypto Desk <profit@moon-coins.example>', 'Parcel Service <track@parcel-fee.example>', 'Rolanda <hot@date-tonight.example>',
  ],
  subjects: [
    'You are our lucky winner', 'Your parcel is on hold', 'Unpaid invoice, final warning', 'Account suspended', 'Lose weight in days',
    'Earn money while you sleep', 'Exclusive price for you only', 'URGENT: verify now', 'Meet singles near you', 'Re: your loan',
  ],
  sentences: [
    'Congratulations, you were selected to claim a cash prize of one million dollars!',
    'Click the link now to verify your account or it will be suspended within 24 hours.',
    'Doctors hate this miracle pill that burns fat without any exercise.',
    'Double your bitcoin in one week, profit guaranteed, no risk at all!',
    'Your parcel is on hold, pay the small customs fee here to release it: http://parcel-fee.example/pay',
    'Act now, this exclusive offer expires at midnight and is limited to you!',
    'Cheap replica watches and designer bags, ninety percent off, free shipping worldwide.',
    'I am a widow with an inheritance of millions and need your bank details for the transfer.',
    'Get a loan today without any credit check, money on your card in minutes.',
    'Hot singles in your area are waiting to chat with you tonight, click here.',
    'Your invoice is unpaid, open the attached file at once to avoid a lawsuit.',
    'Enlarge your income from home, earn thousands every week, no experience needed!',
    'This secret investment trick made an ordinary man rich overnight.',
    'Claim your free gift card, just confirm your password and card number here.',
    'Buy cheap pills online without a prescription, discreet shipping guaranteed.',
    'Your mailbox is almost full, click here to verify your password and upgrade free.',
    'Winner, your lottery ticket was drawn, send the fee to release your prize money!',
    'Limited offer: burn fat fast with our miracle tea, click to order now.',
    'Guaranteed profit with crypto coins, invest now and double your money tonight.',
    'Final warning: verify your bank account now or it will be suspended.',
    'You are selected for a free gift, claim it now before the offer expires at midnight!',
    'Earn thousands from home without experience, click the link and start today.',
    'Discreet shipping of cheap replica watches, exclusive price for you only.',
    'A millionaire widow has selected you for her inheritance, send your bank details now.',
  ],
}

const LINES = 6
/** Of the sentences of its own kind: the rest of a message is what the other kind says too. */
const OWN_LINES = 4
/** What both kinds of people write. */
const COMMON = [
  'Please find the details below.', 'Kind regards and have a nice day.', 'Thank you for your time.', 'This is about your account.',
  'Let me know if you have any questions.', 'The price is shown at the end of this message.', 'Please answer soon.', 'You get this message once.',
]

export interface Sample { readonly content: Uint8Array; readonly isSpam: boolean }

/** `count` messages, half of them spam, always the same ones. `heldOut`: of the sentences that the others do not have. */
export function corpus(count: number, seed: number, heldOut = false): Sample[] {
  const random = seededRandom(seed)
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random.next() * list.length)] as T
  return Array.from({ length: count }, (_, nth): Sample => {
    const isSpam = nth % 2 === 0
    const { senders, subjects, sentences } = isSpam ? SPAM : HAM
    const half = sentences.length / 2
    const own = heldOut ? sentences.slice(half) : sentences.slice(0, half)
    const lines = Array.from({ length: LINES }, (_line, line) => line < OWN_LINES ? pick(own) : pick(COMMON))
    const from = heldOut ? `Somebody <x${nth}@new-${nth}.example>` : pick(senders)
    return { isSpam, content: plainMail([`Message ${seed}/${nth}.`, ...lines].join('\r\n'), { subject: pick(subjects), from, messageId: `${seed}.${nth}@corpus.example` }) }
  })
}
