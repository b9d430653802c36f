import { addText, type useText } from '../shell/text'

export const phoneText = {
  zh: {
    bar: '我的话机', ringing: '话机振铃', calling: '正在呼叫', talking: '话机已接通', muted: '话机已接通（静音）', answer: '接听', mute: '静音', unmute: '取消静音', hangUp: '挂断',
    which: '用哪部话机监听', browser: '浏览器', desk: '桌面话机', there: '话机正常', lost: '话机离线', says: '话机离线：{{problem}}', elsewhere: '话机在本浏览器的另一页面',
    unusable: '浏览器不能用作话机：{{problem}}',
    problem: { microphone: '没有麦克风权限，请在浏览器中允许', 'no microphone': '没有找到麦克风', insecure: '页面不是 https，浏览器不提供麦克风', 'not registered': '没有注册' },
  },
  en: {
    bar: 'My phone', ringing: 'Your phone rings', calling: 'Calling', talking: 'On the line', muted: 'On the line, muted', answer: 'Answer', mute: 'Mute', unmute: 'Unmute', hangUp: 'Hang up',
    which: 'Which phone you listen by', browser: 'Browser', desk: 'Desk phone', there: 'Phone there', lost: 'Phone lost', says: 'Phone lost: {{problem}}', elsewhere: 'Your phone is in another page of this browser',
    unusable: 'This browser cannot be your phone: {{problem}}',
    problem: { microphone: 'it may not use the microphone; allow it', 'no microphone': 'there is no microphone', insecure: 'the page is not https, which gives no microphone', 'not registered': 'not registered' },
  },
}

addText('phone', phoneText)

/** What keeps a phone from working, in words; what the browser or the switch has said else is told as it is. */
export function problemOf(t: ReturnType<typeof useText>, problem: string): string {
  return t(`phone:problem.${problem}`, { defaultValue: problem })
}
