// What lists are filtered by: kept in the address, so that each is a link that can be shared.

import {html, nothing} from './parts.js';

const DAY_MS = 86400000;

/** Midnight so many days ago, in the zone of this browser. */
function midnight(daysAgo) {
  const day = new Date();
  day.setHours(0, 0, 0, 0);
  day.setDate(day.getDate() - daysAgo);
  return day.toISOString();
}

/** By name: what it is called, and from when until when it is. */
const PERIODS = {
  any: ['At any time', () => [null, null]],
  today: ['Today', () => [midnight(0), null]],
  yesterday: ['Yesterday', () => [midnight(1), midnight(0)]],
  week: ['Last 7 days', () => [midnight(6), null]],
};

/** Opens the view with some of its filters changed; an empty one is taken away. */
function change(view, filters, changed) {
  const all = new URLSearchParams(filters);
  Object.entries(changed).forEach(([name, value]) => (value ? all.set(name, value) : all.delete(name)));
  location.hash = `#/${view}${all.size > 0 ? `?${all}` : ''}`;
}

const option = (value, text, chosen) => html`<option value=${value} .selected=${value === chosen}>${text}</option>`;

/** A choice of one filter, whose values are pairs of value and text. */
export const choice = (view, filters, name, label, any, values) => html`<label>${label}
  <select @change=${event => change(view, filters, {[name]: event.target.value})}>
    ${[['', any], ...values].map(([value, text]) => option(value, text, filters.get(name) ?? ''))}</select></label>`;

/** The day of a time in the zone of this browser, as a field for days has it. */
function dayOf(ms) {
  const at = new Date(ms);
  return isNaN(at) ? '' : [at.getFullYear(), at.getMonth() + 1, at.getDate()].map(part => String(part).padStart(2, '0')).join('-');
}

/** When: a period that is often asked for, or from one day to another. */
export function period(view, filters) {
  const [since, until] = [filters.get('since'), filters.get('until')];
  const known = Object.keys(PERIODS).find(name => {
    const [from, to] = PERIODS[name][1]();
    return from === since && to === until;
  });
  const chosen = filters.has('days') ? 'days' : known ?? 'days';
  const choose = event => {
    const name = event.target.value;
    const [from, to] = name === 'days' ? [since ?? midnight(0), until] : PERIODS[name][1]();
    change(view, filters, {since: from, until: to, days: name === 'days' && 'chosen'});
  };
  const day = (label, name, later, shown) => html`<label>${label} <input type="date" .value=${shown}
    @change=${({target}) => change(view, filters, {[name]: target.value
      && new Date(Date.parse(`${target.value}T00:00:00`) + later).toISOString()})}></label>`;
  return html`<label>When <select @change=${choose}>
      ${Object.entries(PERIODS).map(([name, [text]]) => option(name, text, chosen))}
      ${option('days', 'From day to day', chosen)}</select></label>
    ${chosen === 'days' ? html`${day('From', 'since', 0, dayOf(Date.parse(since)))}
      ${day('To', 'until', DAY_MS, dayOf(Date.parse(until) - 1))}` : nothing}`;
}
