import { BellOutlined, SoundOutlined } from '@ant-design/icons'
import { Button, Space } from 'antd'
import { useState } from 'react'
import { useText } from '../shell/text'
import { bell } from './bell'

/** Lets the agent allow, and try, what tells him of a call while he looks elsewhere. */
export function Alerts() {
  const t = useText('desk')
  const [permission, setPermission] = useState(() => ('Notification' in window ? Notification.permission : 'denied'))
  const [heard, setHeard] = useState<boolean | null>(null)
  return (
    <Space wrap size="small">
      <Button size="small" icon={<SoundOutlined />} onClick={() => void bell.allow().then((ok) => {
        setHeard(ok)
        if (ok) bell.ring()
      })}>{t(heard === false ? 'alerts.noSound' : 'alerts.sound')}</Button>
      {permission === 'default' && (
        <Button size="small" icon={<BellOutlined />} onClick={() => void Notification.requestPermission().then(setPermission)}>{t('alerts.allow')}</Button>
      )}
      <span className="desk-dim">{t(permission === 'granted' ? 'alerts.on' : permission === 'denied' ? 'alerts.denied' : 'alerts.off')}</span>
    </Space>
  )
}
