import { PlusOutlined } from '@ant-design/icons'
import { Button, Flex, Tooltip } from 'antd'
import { useText } from '../../shell/text'
import type { Kind } from '../plan'
import { ends, goOn } from './kinds'

/** Kinds of nodes to be added: those that go on, and ends. */
export function Palette({ onAdd }: { onAdd: (kind: Kind) => void }) {
  const t = useText('workshop')
  const group = (label: string, kinds: Kind[]) => (
    <Flex gap={4} wrap align="center" role="group" aria-label={label}>
      <span className="fine">{label}</span>
      {kinds.map((k) => (
        <Tooltip key={k} title={t(`kindHint.${k}`)}>
          <Button size="small" icon={<PlusOutlined />} onClick={() => onAdd(k)}>{t(`kind.${k}`)}</Button>
        </Tooltip>
      ))}
    </Flex>
  )
  return <Flex gap="middle" wrap style={{ marginBottom: 8 }}>{group(t('flows.goOn'), goOn)}{group(t('flows.ends'), ends)}</Flex>
}
