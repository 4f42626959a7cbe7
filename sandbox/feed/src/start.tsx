import { render } from 'preact';

import { StartPageView } from './startPage/StartPageView';
import './styles/base.css';
import './styles/controls.css';
import './styles/start.css';

render(<StartPageView />, document.getElementById('page')!);
