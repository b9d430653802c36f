import { addText } from '../shell/text'
import { en } from './en'
import { zh } from './zh'

addText('workshop', { zh, en })
