/** Whatever the order in which the messages of a conversation arrive, they end in the same threads. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { arrive, partition, runMerges, type Letter } from '../../../test/support/conversations.ts'
import { BOB, mailWorld } from '../../../test/support/mail-world.ts'

interface Reply { readonly parent: number; readonly kept: number; readonly inReplyTo: boolean; readonly renamed: boolean }

const reply = fc.record<Reply>({
  parent: fc.nat(), kept: fc.oneof(fc.constant(0), fc.nat(2), fc.constant(50)), inReplyTo: fc.boolean(),
  renamed: fc.oneof({ weight: 8, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
})
/** A tree of replies, each of which names its parent, the last few of its ancestors, or neither. */
const conversation = fc.array(reply, { minLength: 1, maxLength: 9 }).map((replies): Letter[] => {
  const letters: Letter[] = [{ id: '0@x', subject: 'Plan' }]
  const ancestors: string[][] = [[]]
  for (const [index, { parent: any, kept, inReplyTo, renamed }] of replies.entries()) {
    const parent = any % letters.length
    const above = [...ancestors[parent] ?? [], letters[parent]?.id ?? '']
    ancestors.push(above)
    letters.push({
      id: `${index + 1}@x`, subject: renamed ? `Topic ${index}` : `Re: ${letters[parent]?.subject ?? ''}`,
      ...(inReplyTo ? { inReplyTo: letters[parent]?.id ?? '' } : {}), ...(kept === 0 ? {} : { references: above.slice(-kept) }),
    })
  }
  return letters
})
/** When tasks run in between, and in which order. */
const arrival = conversation.chain(letters => fc.record({
  letters: fc.constant(letters),
  order: fc.shuffledSubarray(letters, { minLength: letters.length, maxLength: letters.length }),
  pauses: fc.array(fc.constantFrom('none', 'none', 'oldest', 'newest'), { minLength: letters.length, maxLength: letters.length }),
}))

async function threadsAfter(letters: readonly Letter[], pauses: readonly string[]): Promise<string[][]> {
  const world = await mailWorld()
  for (const [index, letter] of letters.entries()) {
    await arrive(world, BOB.accountId, letter)
    const pause = pauses[index] ?? 'none'
    if (pause !== 'none') await runMerges(world, pause === 'oldest')
  }
  await runMerges(world)
  assert.equal(await runMerges(world), 0)
  const threads = await partition(world, BOB.accountId)
  await world.close()
  return threads
}

/** What belongs together by the rule itself: one base subject, and an id that both name. */
function expected(letters: readonly Letter[]): string[][] {
  const subjectOf = ({ subject }: Letter): string => subject.replace(/^(Re: )+/, '')
  const idsOf = ({ id, inReplyTo, references = [] }: Letter): string[] => [id, ...references, ...inReplyTo === undefined ? [] : [inReplyTo]]
  let groups: Letter[][] = []
  for (const letter of letters) {
    const related = groups.filter(group => group.some(other =>
      subjectOf(other) === subjectOf(letter) && idsOf(other).some(id => idsOf(letter).includes(id))))
    groups = [...groups.filter(group => !related.includes(group)), [letter, ...related.flat()]]
  }
  return groups.map(group => group.map(({ id }) => id).toSorted()).toSorted(([left = ''], [right = '']) => left < right ? -1 : 1)
}

test('any order of arrival ends in the threads of the order of writing', async () => {
  await fc.assert(fc.asyncProperty(arrival, async ({ letters, order, pauses }) => {
    const inOrder = await threadsAfter(letters, [])
    assert.deepEqual(inOrder, expected(letters))
    assert.deepEqual(await threadsAfter(order, pauses), inOrder)
  }), { numRuns: 150 })
})
