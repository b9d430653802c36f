import i18next from 'i18next'
import { expect, it } from 'vitest'
import { ProblemError } from '../api/client'
import { shellText } from '../shell/text'
import { wordsOf } from './problem'

const inChinese = i18next.getFixedT('zh') as unknown as Parameters<typeof wordsOf>[1]

it('speaks the language of the user first, then the server’s, and names the request', () => {
  const { detail } = wordsOf(new ProblemError(404, 'Not Found', 'no ticket has the id 1', [], 'ABCDEFGHIJ', 'not-found'), inChinese)
  expect(detail.split('\n')).toEqual(['没有找到，或者不在您的权限之内', 'no ticket has the id 1', '报告编号 ABCDEFGHIJ'])
})

it('has the server’s words alone where a problem has no kind that is known', () => {
  for (const kind of ['', 'newer-than-this-page']) {
    const said = wordsOf(new ProblemError(422, 'Unprocessable Entity', 'validation failed', [{ location: 'body.at', message: 'no time' }], '', kind), inChinese)
    expect(said.detail).toBe('validation failed\nbody.at: no time')
  }
})

it('knows the same kinds in both languages', () => {
  expect(Object.keys(shellText.en.kinds)).toEqual(Object.keys(shellText.zh.kinds))
})
