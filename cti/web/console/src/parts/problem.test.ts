import { beforeEach, expect, it } from 'vitest'
import i18next from 'i18next'
import { ProblemError } from '../api/client'
import { setLanguage, type useText } from '../shell/text'
import { wordsOf } from './problem'

const t = ((key: string, more?: Record<string, unknown>) => i18next.t(key, more)) as ReturnType<typeof useText>
const refused = new ProblemError(409, 'Conflict', 'his phone is in use, he is Talking', [], '', 'forbidden-by-state', 'phone-busy', ['Talking'])

beforeEach(() => setLanguage('zh'))

it('tells why an order was refused in the language of the user', () => {
  expect(wordsOf(refused, t).detail).toBe('话机正在使用中（通话）')
  setLanguage('en')
  expect(wordsOf(refused, t).detail).toBe('The phone is in use (Talking)')
})

it('says what kind it is, and what the server says more of it', () => {
  const bad = new ProblemError(422, 'Unprocessable Entity', 'validation failed', [{ location: 'query.limit', message: 'expected number >= 1' }], '', 'bad-query', 'bad-query')
  expect(wordsOf(bad, t).detail).toBe('填写的内容不符合要求\nvalidation failed\nquery.limit: expected number >= 1')
})

it('has the words of the server where there are no others', () => {
  expect(wordsOf(new ProblemError(409, 'Conflict', 'the moon is full', [], '', 'lunar', 'lunar'), t).detail).toBe('the moon is full')
  expect(wordsOf(new ProblemError(502, 'Bad Gateway', ''), t).detail).toBe('Bad Gateway')
})

it('names the request, to report it', () => {
  const gone = new ProblemError(404, 'Not Found', 'no ticket has the id 1', [], 'ABCDEFGHIJ', 'not-found', 'not-found')
  expect(wordsOf(gone, t).detail.split('\n')).toEqual(['没有找到，或者不在您的权限之内', 'no ticket has the id 1', '报告编号 ABCDEFGHIJ'])
})
