// The newest events as they arrive, or those that filters let through, back to the oldest.

import {destinations as standing, getPart} from './api.js';
import {asks} from './first.js';
import {choice, period} from './filters.js';
import {count, events, failure, html, kindInWords, nothing} from './parts.js';

export const title = 'Events';

const EVERY_MS = 2000;
const AT_ONCE = 50;
/** How many parts of the log are looked through before somebody is asked whether to go on. */
const PARTS = 20;
const KINDS = ['initial_purchase', 'trial_started', 'trial_converted', 'trial_cancelled', 'renewal', 'cancellation',
  'uncancellation', 'non_subscription_purchase', 'subscription_paused', 'expiration', 'billing_issue', 'product_change',
  'transfer', 'refund_reversed', 'customer_update', 'test'];
const STATES = ['pending', 'retrying', 'delivered', 'skipped', 'previewed', 'dead', 'dead,retrying'];

export async function show(screen, id, filters) {
  let list = [];
  let next;
  let newest = null;
  let paused = false;
  let looking = false;
  let error = null;
  let destinations = [];

  async function load() {
    if (paused) return EVERY_MS;
    try {
      // all of the newest, as those that were here before may have ended by now
      const part = await getPart(asks.events(id, filters)[0], screen.signal);
      const fresh = newest === null ? 0 : part.list.filter(event => event.seq > newest).length;
      if (fresh > 0) screen.say(count(fresh, 'new event', 'new events'));
      list = part.list;
      next = part.next;
      if (newest === null && list.length < AT_ONCE && next) await earlier();
      newest = list[0]?.seq ?? newest ?? 0;
      error = null;
    } catch (e) {
      error = e;
    }
    screen.draw(page);
    return EVERY_MS;
  }

  /** Looks on towards the oldest, until there are enough. */
  async function earlier() {
    paused = true;
    looking = true;
    const enough = list.length + AT_ONCE;
    try {
      for (let parts = 0; next && list.length < enough && parts < PARTS; parts++) {
        screen.draw(page);
        const part = await getPart(next, screen.signal);
        list = list.concat(part.list);
        next = part.next;
      }
      error = null;
    } catch (e) {
      error = e;
    }
    looking = false;
    screen.draw(page);
  }

  function pause() {
    paused = !paused;
    screen.redraw();
  }

  // one that a link names is there, whichever it is
  const kinds = () => [...new Set([...KINDS, filters.get('kind') ?? 'test'])];
  const names = () => [...new Set([...destinations.map(each => each.name), filters.get('destination')])].filter(Boolean)
    .map(name => [name, name]);

  const page = () => html`<div class="head"><h1>Events</h1>
      <button type="button" aria-pressed=${paused ? 'true' : 'false'} @click=${pause}>Pause</button></div>
    <div class="filters" role="group" aria-label="Filters">
      ${choice('events', filters, 'kind', 'Kind', 'Any kind', kinds().map(kind => [kind, kindInWords(kind)]))}
      ${choice('events', filters, 'destination', 'Destination', 'Any destination', names())}
      ${choice('events', filters, 'state', 'State', 'Any state', STATES.map(state => [state, state.replace(',', ' or ')]))}
      ${choice('events', filters, 'environment', 'Environment', 'Both', [['PRODUCTION', 'production'], ['SANDBOX', 'sandbox']])}
      ${period('events', filters)}
      ${filters.size > 0 ? html`<a href="#/events">Show all</a>` : nothing}</div>
    ${error ? failure(error) : nothing}
    ${newest === 0 && filters.size === 0 ? html`<p>None yet. RevenueCat's webhooks go to
      <b>${location.origin}/webhooks/revenuecat</b>, or to the address by which it reaches this.</p>`
      : list.length === 0 && looking ? nothing : events(list, 'Events, newest first', event => event.received_at, true)}
    ${looking ? html`<p class="muted" role="status">Looking through earlier events…</p>`
      : next ? html`<div class="buttons"><button type="button" @click=${earlier}>Earlier events</button></div>` : nothing}`;

  standing(EVERY_MS).then(all => {
    destinations = all.filter(each => each.mode !== 'off');
    screen.redraw();
  }, () => {});
  await screen.repeat(load);
}
