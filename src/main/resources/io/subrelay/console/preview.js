// What each destination would be sent for a webhook; nothing is stored or sent.

import {get, getAll, path, post} from './api.js';
import {requests} from './event.js';
import {asks} from './first.js';
import {failure, html, kindInWords, nothing, whenInWords} from './parts.js';
import {masked, personalIsShown} from './personal.js';

export const title = 'Preview';

export async function show(screen) {
  let newest = [];
  let typed = '';
  // A stored webhook; what is shown of it is masked, what is previewed is all of it.
  let picked = null;
  let previews = null;
  let sent = null;
  let error = null;
  let picking = null;

  async function load(id) {
    error = null;
    previews = null;
    try {
      picked = id === '' ? null : (await get(path`/api/events/${id}`, screen.signal)).webhook;
    } catch (e) {
      error = e;
    }
    screen.redraw();
  }

  async function submit(event) {
    event.preventDefault();
    await picking;
    error = null;
    try {
      sent = picked ?? JSON.parse(typed);
      previews = await post('/api/preview', JSON.stringify(sent), screen.signal);
      screen.say(`Previews of ${Object.keys(previews).length} destinations`);
    } catch (e) {
      previews = null;
      error = e instanceof SyntaxError ? new Error(`This is not JSON: ${e.message}`) : e;
    }
    screen.redraw();
  }

  const results = () => {
    const hidden = new Set();
    masked(sent, hidden, [sent?.event?.id]);
    return html`<h2>What would be sent</h2><div class="cards wide">${Object.entries(previews).map(([name, preview]) => html`
      <section class="card" aria-label=${name}><h3>${name} <span class="badge ${preview.decision}">${preview.decision}</span></h3>
        ${requests(preview, `Request to ${name}`, hidden, [sent?.event?.id])}</section>`)}</div>`;
  };

  const text = () => (picked === null ? typed : JSON.stringify(masked(picked, new Set(), [picked.event?.id]), null, 2));

  screen.draw(() => html`<h1>Preview</h1>
    <form class="preview" @submit=${submit}>
      <label>Pick one of the newest events
        <select @change=${e => { picking = load(e.target.value); }}><option value="">none: paste a webhook</option>${newest.map(event =>
          html`<option value=${event.event_id}>${kindInWords(event.kind)}, ${whenInWords(event.happened_at)}</option>`)}</select></label>
      <label for="webhook">Webhook, as RevenueCat sends it</label>
      <textarea id="webhook" rows="10" spellcheck="false" autocomplete="off" .value=${text()} ?readonly=${picked !== null}
        aria-invalid=${error ? 'true' : 'false'} aria-describedby="webhook-note" @input=${e => { typed = e.target.value; }}></textarea>
      <p id="webhook-note" class="muted">${picked !== null && !personalIsShown()
        ? 'Personal data is masked here; the preview is made of the stored webhook.' : 'Nothing is stored or sent.'}</p>
      ${error ? failure(error) : nothing}
      <div class="buttons"><button class="primary">Preview</button></div>
    </form>
    ${previews === null ? nothing : results()}`);

  try {
    [newest] = await getAll(asks.preview(), screen.signal);
  } catch (e) {
    error = e;
  }
  screen.redraw();
}
