import { Alert, Button, Input } from 'antd'
import { useEffect, useRef, useState } from 'react'
import { useSearchParams } from 'react-router'
import type { TextAreaRef } from 'antd/es/input/TextArea'
import { Head } from '../parts/page'
import { useRole } from '../shell/me'
import { useText } from '../shell/text'
import { useChecked, useDraft, useDrafted } from './draft/context'
import type { Base } from './draft/draft'
import { Faults } from './draft/faults'
import { Workshop } from './frame'

/** The whole document as text, for what has no page of its own. */
export default function DocumentPage() {
  return <Workshop><DocumentText /></Workshop>
}

function DocumentText() {
  const t = useText('workshop')
  const draft = useDraft()
  const { text, plan, base } = useDrafted()
  const { faults } = useChecked()
  const may = useRole('operator', 'administrator')
  // What is typed, and to which version: another may be followed meanwhile.
  const [written, setWritten] = useState<{ text: string; to: Base | null } | null>(null)
  const typed = written?.text ?? null
  const [wrong, setWrong] = useState('')
  const [params] = useSearchParams()
  const area = useRef<TextAreaRef>(null)
  const line = Number(params.get('line') ?? 0)
  useEffect(() => {
    const element = area.current?.resizableTextArea?.textArea
    if (!element || line < 1) return
    const lines = element.value.split('\n')
    const from = lines.slice(0, line - 1).reduce((sum, l) => sum + l.length + 1, 0)
    element.focus()
    element.setSelectionRange(from, from + (lines[line - 1]?.length ?? 0))
    element.scrollTop = (element.scrollHeight / lines.length) * Math.max(0, line - 5)
  }, [line])
  function take() {
    try {
      if (written) draft.replace(written.text, written.to)
      setWritten(null)
      setWrong('')
    } catch (error) {
      setWrong(error instanceof Error ? error.message : String(error))
    }
  }
  return (
    <>
      <Head title={t('menu.document')}>
        {may && <Button type="primary" disabled={typed === null || typed === text} onClick={take}>{t('toDraft')}</Button>}
        {typed !== null && typed !== text && <Button onClick={() => setWritten(null)}>{t('shell:cancel')}</Button>}
      </Head>
      <p className="fine">{t('document.hint')}</p>
      {wrong && <Alert type="error" showIcon role="alert" title={t('document.wrong')} description={<span className="lines">{wrong}</span>} />}
      <Faults faults={faults} plan={plan} />
      <div className="draft-text">
        <Input.TextArea ref={area} aria-label={t('menu.document')} rows={32} spellCheck={false} readOnly={!may} value={typed ?? text} onChange={(e) => setWritten({ text: e.target.value, to: written ? written.to : base })} />
      </div>
    </>
  )
}
