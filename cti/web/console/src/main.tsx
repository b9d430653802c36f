import { createRoot } from 'react-dom/client'
import { Console } from './shell/console'
import './shell/console.css'
import { signStyles } from './shell/nonce'

signStyles()
createRoot(document.getElementById('root')!).render(<Console />)
