// The newest events as they arrive, or those of a destination that need somebody.

import {getAll} from './api.js';
import {asks} from './first.js';
import {count, events, failure, html, nothing} from './parts.js';

export const title = 'Live';

const EVERY_MS = 2000;

export async function show(screen, destination, state) {
  let list = [];
  let newest = null;
  let paused = false;
  let error = null;

  async function load() {
    if (paused) return EVERY_MS;
    try {
      // all of the newest, as what became of those that were here before may be new
      [list] = await getAll(asks.live(destination, state), screen.signal);
      const fresh = newest === null ? 0 : list.filter(event => event.seq > newest).length;
      if (fresh > 0) screen.say(count(fresh, 'new event', 'new events'));
      newest = list[0]?.seq ?? newest ?? 0;
      error = null;
    } catch (e) {
      error = e;
    }
    screen.draw(page);
    return EVERY_MS;
  }

  function pause() {
    paused = !paused;
    screen.redraw();
  }

  const page = () => html`<div class="head"><h1>Live</h1>
      <button type="button" aria-pressed=${paused ? 'true' : 'false'} @click=${pause}>Pause</button></div>
    <p class="muted">${destination ? html`Newest ${state} of <b>${destination}</b>. <a href="#/live">Show all events</a>`
      : 'The newest 50 events, as they arrive.'}</p>
    ${error ? failure(error) : nothing}
    ${newest === 0 && !destination ? html`<p>None yet. RevenueCat's webhooks go to <b>${location.origin}/webhooks/revenuecat</b>, or
        to the address by which it reaches this.</p>` : events(list, 'Newest events', event => event.received_at)}`;

  await screen.repeat(load);
}
