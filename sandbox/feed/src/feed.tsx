import { render } from 'preact';

import { FeedPage } from './feedPage/FeedPage';
import { startSpeaking } from './feedPage/speech';
import { announceNewlyPinned } from './feedPage/announcements';
import './styles/base.css';
import './styles/controls.css';
import './styles/feed.css';
import './styles/inspector.css';

startSpeaking();
announceNewlyPinned();
render(<FeedPage />, document.getElementById('page')!);
