import { App, Button, Form, Input, Modal, type ButtonProps } from 'antd'
import { useState, type ReactNode } from 'react'
import { useText } from '../shell/text'
import { Refusal, useAttempt } from './problem'

/** Asks why before something is done, and keeps the dialog open where it was not. */
export function ReasonDialog({ open, title, label, hint, least = 1, most = 200, onClose, onReason }: {
  open: boolean; title: string; label?: string; hint?: ReactNode; least?: number; most?: number
  onClose: () => void
  onReason: (reason: string) => Promise<unknown>
}) {
  const t = useText()
  const [form] = Form.useForm<{ reason: string }>()
  const { attempt, busy, problem, clear } = useAttempt()
  const finish = ({ reason }: { reason: string }) => attempt(async () => {
    await onReason(reason.trim())
    onClose()
  })
  return (
    <Modal open={open} title={title} destroyOnHidden onCancel={onClose} onOk={() => form.submit()} confirmLoading={busy}
      okText={t('ok')} cancelText={t('cancel')} afterClose={clear}>
      <Refusal problem={problem} />
      {hint}
      <Form form={form} layout="vertical" preserve={false} onFinish={(f) => void finish(f)}>
        <Form.Item name="reason" label={label ?? t('reason')} rules={[{ required: true, whitespace: true, min: least, max: most }]}>
          <Input autoFocus maxLength={most} autoComplete="off" />
        </Form.Item>
      </Form>
    </Modal>
  )
}

/** A button that asks why first. */
export function ReasonButton({ title, label, hint, least, onReason, done, children, ...button }: {
  title: string; label?: string; hint?: ReactNode; least?: number
  onReason: (reason: string) => Promise<unknown>
  /** Said when it was done. */
  done?: string
} & Omit<ButtonProps, 'title'>) {
  const [open, setOpen] = useState(false)
  const { message } = App.useApp()
  return (
    <>
      <Button {...button} onClick={() => setOpen(true)}>{children ?? title}</Button>
      <ReasonDialog open={open} title={title} label={label} hint={hint} least={least} onClose={() => setOpen(false)}
        onReason={async (reason) => {
          await onReason(reason)
          if (done) void message.success(done)
        }} />
    </>
  )
}

/** Shows whole numbers for a reason, which is on record; nothing once they are shown. */
export function RevealButton({ revealed, onReveal }: { revealed: boolean; onReveal: (reason: string) => void }) {
  const t = useText()
  if (revealed) return null
  return <ReasonButton title={t('reveal')} label={t('revealReason')} least={4} onReason={async (reason) => onReveal(reason)} />
}
