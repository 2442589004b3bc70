// What several views show alike. Texts go into the page through templates only, which never read them as HTML.

import {path} from './api.js';
import {html, nothing} from './lit-html.js';
import {masked, maskedText, personalId} from './personal.js';

export {html, nothing};

const WHEN = new Intl.DateTimeFormat(undefined, {year: 'numeric', month: 'short', day: 'numeric', hour: '2-digit',
  minute: '2-digit', second: '2-digit', timeZoneName: 'short'});
const NUMBER = new Intl.NumberFormat();

export const number = value => NUMBER.format(value);
export const count = (value, one, many) => `${number(value)} ${value === 1 ? one : many}`;

export const whenInWords = iso => WHEN.format(new Date(iso));

export function when(iso) {
  const at = new Date(iso ?? NaN);
  return isNaN(at) ? 'unknown' : html`<time datetime=${at.toISOString()}>${WHEN.format(at)}</time>`;
}

export function duration(seconds) {
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 172800) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86400)} days`;
}

export const kindInWords = kind => String(kind).replaceAll('_', ' ');

/** The zone of all times, in short. */
export const zone = () => WHEN.formatToParts().find(part => part.type === 'timeZoneName').value;

/** A price in its currency, which may be none that the browser knows. */
function money(price, currency) {
  try {
    return new Intl.NumberFormat(undefined, {style: 'currency', currency}).format(price);
  } catch {
    return `${price} ${currency ?? ''}`;
  }
}

/** What the answer of a destination means, for people. */
export function answerInWords(code) {
  if (!code) return 'It did not answer, or the connection failed.';
  if (code < 300) return 'It took the request.';
  if (code === 401 || code === 403) return 'It does not let us in: check its key.';
  if (code === 404) return 'It does not know what the request is about.';
  if (code === 408 || code === 504) return 'It was too slow to answer.';
  if (code === 413) return 'The request is too large for it.';
  if (code === 429) return 'It wants fewer requests for now.';
  if (code >= 500) return 'It has trouble of its own.';
  return 'It refused the request as wrong.';
}

export const eventLink = (id, text = id) => html`<a href=${path`#/event/${id}`}>${text}</a>`;

const until = iso => (iso ? html` (${when(iso)})` : nothing);

/** What a delivery waits for, and until when. */
export function waiting(waits) {
  if (!waits) return nothing;
  switch (waits.what) {
    case 'attempt': return html`waits for its next attempt${until(waits.until)}`;
    case 'event': return html`waits behind ${eventLink(waits.event_id, 'an earlier event of the customer')}, which is
      retried${until(waits.until)}`;
    case 'held': return html`waits until it accepts the key; it is tried again${until(waits.until)}`;
    case 'open': return html`waits, as most calls fail; it is tried again${until(waits.until)}`;
    case 'paused': return html`waits until the destination is resumed, paused since ${when(waits.since)}`;
    case 'off': return 'waits until the destination is switched on';
    case 'gone': return 'waits for a destination that has no route any more';
    default: return 'waits for its turn';
  }
}

const SIGNS = {delivered: '✓', retrying: '↻', dead: '✕', skipped: '–', previewed: '◎', pending: '…'};

/** One mark of a destination: told by sign and word, not by colour alone. */
export function mark(delivery, hidden) {
  const detail = delivery.state === 'retrying'
    ? html`after ${count(delivery.attempts, 'attempt', 'attempts')}; ${waiting(delivery.waits_for)}`
    : delivery.waits_for ? waiting(delivery.waits_for)
    : delivery.state === 'dead' ? answerInWords(delivery.response_code)
    : delivery.state === 'skipped' ? maskedText(delivery.reason, hidden) : '';
  return html`<li class="mark" data-state=${delivery.state}>
    <span class="pill ${delivery.state}"><span aria-hidden="true">${SIGNS[delivery.state] ?? '?'}</span>
      <b>${delivery.destination}</b> ${delivery.state}</span>
    ${detail ? html`<small>${detail}</small>` : nothing}</li>`;
}

/** What an event is about: product, price, store, and whether it is a tester's. */
const about = event => [event.product_id,
  typeof event.price === 'number' && event.price !== 0 && event.currency && money(event.price, event.currency),
  event.store && kindInWords(event.store).toLowerCase()].filter(Boolean).join(' · ');

/** Events with a mark of each destination; "at" says which time is shown, "owners" whether their customers are. */
export function events(list, label, at = event => event.happened_at, owners = false) {
  if (list.length === 0) return html`<p class="empty">No events.</p>`;
  return html`<ol class="events" aria-label=${label}>${list.map(event => html`
    <li>
      <p>${eventLink(event.event_id, kindInWords(event.kind))}
        ${event.reason ? html`<span>after a ${kindInWords(event.reason)}</span>` : nothing}
        ${about(event) ? html`<span>${about(event)}</span>` : nothing}
        ${event.environment === 'SANDBOX' ? html`<span class="badge">sandbox</span>` : nothing}
        ${owners && event.app_user_id ? html`<a class="owner" href=${path`#/customer/${event.app_user_id}`}>
          <span class="unseen">customer </span>${personalId(event.app_user_id)}</a>` : nothing}
        <span class="muted">${when(at(event))}</span></p>
      <ul class="marks" aria-label="Deliveries">${event.deliveries.map(each => mark(each))}</ul>
    </li>`)}</ol>`;
}

/** A table that scrolls where it is long; on a phone each row becomes a block with the names of the columns. */
export const table = (label, columns, rows) => html`
  <div class="scroll" tabindex="0" role="region" aria-label=${label}><table role="table">
    <thead role="rowgroup"><tr role="row">${columns.map(column =>
      html`<th scope="col" role="columnheader">${column}</th>`)}</tr></thead>
    <tbody role="rowgroup">${rows.map(([head, ...cells]) => html`<tr role="row">
      <th scope="row" role="rowheader" data-label=${columns[0]}>${head}</th>
      ${cells.map((cell, index) => html`<td role="cell" data-label=${columns[index + 1]}>${cell}</td>`)}</tr>`)}</tbody>
  </table></div>`;

/** JSON to be read; it scrolls, so it takes the focus. */
export const json = (value, label, hidden, known) => html`
  <pre tabindex="0" role="region" aria-label=${label}>${JSON.stringify(masked(value, hidden, known), null, 2)}</pre>`;

/** Whether an attempt can be asked for: not of what is due, nor where nothing is delivered. */
export const retriable = delivery => Boolean(delivery.waits_for) && !['turn', 'off', 'gone', 'paused'].includes(delivery.waits_for.what);

/** What a call of "retry" tells. */
export const retried = answer => (answer.scheduled > 0
  ? `${count(answer.scheduled, 'delivery is', 'deliveries are')} attempted now.` : `Nothing to do: ${answer.reason}.`);

export const failure = error => html`<p class="failure" role="alert">${error.message}</p>`;

export const loading = html`<p class="muted">Loading…</p>`;
