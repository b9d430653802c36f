import { Form, Input, Switch } from 'antd'
import { useText } from '../../shell/text'
import { useDrafted } from '../draft/context'
import { CompanyField } from '../parts/companyfield'
import { Entry } from '../parts/entry'
import type { Agent } from '../plan'
import { Skills } from './skills'

/** A person who answers, with the phone he answers on. */
export function AgentEntry({ open, onClose, company }: { open: string; onClose: () => void; company: string }) {
  const t = useText('workshop')
  const { plan } = useDrafted()
  const taken = (plan.agents ?? []).map((a) => a.id)
  return (
    <Entry<Agent> list="agents" open={open} onClose={onClose} title={t('agents.one')} initial={{ id: '', company, auto_ready: false }}>
      {(_, isNew) => (
        <>
          <Form.Item name="id" label={t('agents.id')} extra={t('agents.idHint')} rules={[
            { required: true, pattern: /^[0-9]{3,15}$/, message: t('field.number') },
            { validator: async (_, v: string) => (isNew && taken.includes(v) ? Promise.reject(new Error(t('field.taken'))) : undefined) },
          ]}><Input inputMode="numeric" disabled={!isNew} /></Form.Item>
          <Form.Item name="name" label={t('agents.name')}><Input /></Form.Item>
          <CompanyField disabled={!isNew} />
          <Form.Item name="skills" label={t('agents.skills')} extra={t('agents.skillsHint')}><Skills /></Form.Item>
          <Form.Item name="auto_ready" label={t('agents.autoReady')} valuePropName="checked" extra={t('agents.autoReadyHint')}><Switch /></Form.Item>
          <Form.Item name="auto_answer" label={t('agents.autoAnswer')} valuePropName="checked" extra={t('agents.autoAnswerHint')}><Switch /></Form.Item>
          <Form.Item name="webrtc" label={t('agents.webrtc')} valuePropName="checked" extra={t('agents.webrtcHint')}><Switch /></Form.Item>
          <Form.Item name="leader" label={t('agents.leader')} valuePropName="checked" extra={t('agents.leaderHint')}><Switch /></Form.Item>
        </>
      )}
    </Entry>
  )
}
