// What needs a person, above every page: what no retry mends, and what has lasted.

import {path} from './api.js';
import {count, html, nothing, when} from './parts.js';

/** How long a destination may fail before somebody should look. */
const LASTS_MS = 600000;
const AT_MOST = 4;

export const waitsInAll = each => each.pending + each.retrying;

const waiting = each => count(waitsInAll(each), 'delivery waits', 'deliveries wait');

const needs = each => (each.mode === 'gone' ? [html`${waiting(each)} for <b>${each.name}</b>, which has no route any more: put its
    file back, or end them with a route that skips.`] : [
  each.paused_since && html`<b>${each.name}</b> is paused since ${when(each.paused_since)}, and ${waiting(each)}.`,
  each.circuit === 'held' && html`<b>${each.name}</b> does not let us in: check its key.`,
  each.circuit !== 'held' && !each.paused_since && Date.now() - Date.parse(each.failing?.since) > LASTS_MS
    && html`<b>${each.name}</b> has been failing since ${when(each.failing.since)}.`,
  each.dead > 0 && html`<b>${each.name}</b> has <a href=${path`#/dead-letters?destination=${each.name}`}>
    ${count(each.dead, 'dead letter', 'dead letters')}</a>.`,
].filter(Boolean));

/** Of all destinations; the first few are named. */
export function banner(all) {
  const list = all.filter(each => each.mode !== 'off').flatMap(needs);
  const more = list.length - AT_MOST;
  return list.length === 0 ? nothing : html`<section class="needs" aria-labelledby="needs-title">
    <h2 id="needs-title">Needs attention</h2>
    <ul>${list.slice(0, more === 1 ? list.length : AT_MOST).map(each => html`<li>${each}</li>`)}
      ${more > 1 ? html`<li>${more} more: see <a href="#/destinations">Destinations</a></li>` : nothing}</ul></section>`;
}
