import { DeleteOutlined, PlusOutlined } from '@ant-design/icons'
import { AutoComplete, Button, Flex, InputNumber } from 'antd'
import { useState } from 'react'
import { useText } from '../../shell/text'
import { useDrafted } from '../draft/context'
import { optionsOf } from '../parts/fields'
import { skillsOf } from './serve'

type Value = Record<string, number>

/** Skills with their levels, as a field of a form. */
export function Skills({ value, onChange }: { value?: Value; onChange?: (v: Value) => void }) {
  const t = useText('workshop')
  const { plan } = useDrafted()
  const [name, setName] = useState('')
  const skills = value ?? {}
  const known = skillsOf(plan.queues ?? [], plan.agents ?? [])
  const add = () => {
    if (/^[a-z0-9][a-z0-9_-]{0,31}$/.test(name)) onChange?.({ ...skills, [name]: 5 })
    setName('')
  }
  const without = (skill: string) => Object.fromEntries(Object.entries(skills).filter(([s]) => s !== skill))
  return (
    <Flex vertical gap="small">
      {Object.entries(skills).map(([skill, level]) => (
        <Flex key={skill} gap="small" align="center">
          <span style={{ minWidth: '8rem' }}>{skill}</span>
          <InputNumber aria-label={t('agents.levelOf', { skill })} min={1} max={10} precision={0} value={level} onChange={(l) => onChange?.({ ...skills, [skill]: l ?? 1 })} />
          <Button icon={<DeleteOutlined />} aria-label={t('agents.without', { skill })} onClick={() => onChange?.(without(skill))} />
        </Flex>
      ))}
      <Flex gap="small">
        <AutoComplete aria-label={t('agents.newSkill')} placeholder={t('agents.newSkill')} style={{ width: '10rem' }} value={name} onChange={setName}
          options={optionsOf(known.filter((s) => !(s in skills)))} />
        <Button icon={<PlusOutlined />} onClick={add} disabled={!name}>{t('add')}</Button>
      </Flex>
    </Flex>
  )
}
