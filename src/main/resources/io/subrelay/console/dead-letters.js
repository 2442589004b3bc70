// What destinations refused for good, in groups of those with the same reason.

import {destinations as standing, get, path, post} from './api.js';
import {asks, query} from './first.js';
import {choice, period} from './filters.js';
import {answerInWords, count, eventLink, failure, html, nothing, when} from './parts.js';
import {maskedText} from './personal.js';

export const title = 'Dead letters';

/** How old the names of the destinations may be. */
const AGE_MS = 5000;

export async function show(screen, id, filters) {
  let groups = null;
  let destinations = [];
  let told = '';
  let error = null;

  async function load() {
    try {
      [groups, destinations] = await Promise.all([get(asks['dead-letters'](id, filters)[0], screen.signal), standing(AGE_MS)]);
      error = null;
    } catch (e) {
      error = e;
    }
    screen.draw(page);
  }

  const act = screen.acting(() => Promise.all([load(), standing()]), e => { told = e.message; });

  const again = group => act(async () => {
    const {scheduled, reason} = await post(path`/api/destinations/${group.destination}/redeliver?reason=${group.reason}`
      + `&response-code=${group.response_code ?? ''}${query(filters, ['since', 'until'])}`, '', screen.signal);
    told = scheduled > 0 ? `${count(scheduled, 'event is', 'events are')} on the way to ${group.destination}.`
      : `Nothing to do: ${reason}.`;
  });

  const card = group => html`<section class="card" aria-label=${`${group.destination}, ${group.reason}`}>
    <h2>${group.destination} <span class="badge failing">${group.response_code ?? 'no answer'}</span></h2>
    <p><b>${count(group.count, 'dead letter', 'dead letters')}</b>
      ${group.count > 1 ? html`from ${when(group.first_at)} to ${when(group.last_at)}` : when(group.last_at)}</p>
    <p>${answerInWords(group.response_code)} ${group.reason ? html`<q>${maskedText(group.reason)}</q>` : nothing}</p>
    <p>${group.count > group.event_ids.length ? 'The newest' : 'Events'}:
      ${group.event_ids.map((event, index) => html`${index > 0 ? ', ' : ''}
        ${eventLink(event)}`)}</p>
    <div class="buttons"><button type="button" class="primary" @click=${() => again(group)}>
      Send ${group.count > 1 ? `these ${group.count}` : 'it'} again<span class="unseen"> to ${group.destination}</span></button>
      </div></section>`;

  const page = () => html`<h1>Dead letters</h1>
    <p class="muted">What destinations refused for good, by their reasons, until it is sent again.</p>
    <div class="filters" role="group" aria-label="Filters">
      ${choice('dead-letters', filters, 'destination', 'Destination', 'Any destination', destinations
        .filter(each => each.mode !== 'off' || each.dead > 0).map(({name}) => [name, name]))}
      ${period('dead-letters', filters)}</div>
    ${error ? failure(error) : nothing}
    <p role="status">${told}</p>
    ${groups === null ? nothing : groups.length === 0 ? html`<p class="empty">None.</p>`
      : html`<div class="cards wide">${groups.map(card)}</div>
        <p><a href=${`#/events?state=dead${query(filters, ['destination'])}`}>
          Show the events of all of them</a></p>`}`;

  await load();
}
