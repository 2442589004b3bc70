// What destinations refused for good, in groups of those with the same reason.

import {getAll, path, post} from './api.js';
import {asks, query} from './first.js';
import {choice, period} from './filters.js';
import {answerInWords, count, failure, html, nothing, when} from './parts.js';
import {maskedText} from './personal.js';

export const title = 'Dead letters';

export async function show(screen, id, filters) {
  let groups = null;
  let destinations = [];
  let told = '';
  let error = null;

  async function load() {
    try {
      [groups, destinations] = await getAll(asks['dead-letters'](id, filters), screen.signal);
      error = null;
    } catch (e) {
      error = e;
    }
    screen.draw(page);
  }

  async function again(group) {
    try {
      const {scheduled, reason} = await post(path`/api/destinations/${group.destination}/redeliver?reason=${group.reason}`
        + `&response-code=${group.response_code ?? ''}${query(filters, ['since', 'until'])}`, '', screen.signal);
      told = scheduled > 0 ? `${count(scheduled, 'event is', 'events are')} on the way to ${group.destination}.`
        : `Nothing to do: ${reason}.`;
      await load();
    } catch (e) {
      told = e.message;
      screen.redraw();
    }
  }

  const card = group => html`<section class="card" aria-label=${`${group.destination}, ${group.reason}`}>
    <h2>${group.destination} <span class="badge failing">${group.response_code ?? 'no answer'}</span></h2>
    <p><b>${count(group.count, 'dead letter', 'dead letters')}</b>
      ${group.count > 1 ? html`from ${when(group.first_at)} to ${when(group.last_at)}` : when(group.last_at)}</p>
    <p>${answerInWords(group.response_code)} ${group.reason ? html`<q>${maskedText(group.reason)}</q>` : nothing}</p>
    <p>${group.count > group.event_ids.length ? 'The newest' : 'Events'}:
      ${group.event_ids.map((event, index) => html`${index > 0 ? ', ' : ''}
        <a href=${`#/event/${encodeURIComponent(event)}`}>${event}</a>`)}</p>
    <div class="buttons"><button type="button" class="primary" @click=${() => again(group)}>
      Send ${group.count > 1 ? `these ${group.count}` : 'it'} again<span class="unseen"> to ${group.destination}</span></button>
      </div></section>`;

  const page = () => html`<h1>Dead letters</h1>
    <p class="muted">What destinations refused for good, by their reasons, until it is sent again.</p>
    <div class="filters" role="group" aria-label="Filters">
      ${choice('dead-letters', filters, 'destination', 'Destination', 'Every destination', destinations
        .filter(each => each.mode !== 'off' || each.dead > 0).map(({name}) => [name, name]))}
      ${period('dead-letters', filters)}</div>
    ${error ? failure(error) : nothing}
    <p role="status">${told}</p>
    ${groups === null ? nothing : groups.length === 0 ? html`<p class="empty">None.</p>`
      : html`<div class="cards wide">${groups.map(card)}</div>
        <p><a href=${`#/events?state=dead${filters.get('destination') ? `&destination=${filters.get('destination')}` : ''}`}>
          Show the events of all of them</a></p>`}`;

  await load();
}
