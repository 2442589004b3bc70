// Whether every event of a day was delivered, what became of it, and the revenue that it told of.

import {get, path, post} from './api.js';
import {chartOfDays} from './chart.js';
import {count, failure, html, kindInWords, nothing, number, table, when} from './parts.js';
import {maskedText} from './personal.js';

export const title = 'Books';

const DAY_MS = 86400000;
const ENTRIES = ['delivered', 'skipped', 'previewed', 'dead', 'deleted', 'waiting', 'missing'];
const own = Intl.DateTimeFormat().resolvedOptions().timeZone ?? 'UTC';
const DAY = new Intl.DateTimeFormat('en-CA', {year: 'numeric', month: '2-digit', day: '2-digit'});
const today = () => DAY.format(new Date());

/** An amount with all the decimals that it has. */
const amount = (value, currency) => {
  try {
    return new Intl.NumberFormat(undefined,
      {style: 'currency', currency, currencyDisplay: 'code', maximumFractionDigits: 12}).format(value);
  } catch {
    return `${value} ${currency}`;
  }
};
const environment = each => each.environment.toLowerCase();

export async function show(screen, day, filters) {
  const shown = {day: day || today(), zone: filters.get('zone') || own};
  let books = null;
  let days = [];
  let error = null;

  async function load() {
    try {
      const asked = ['/api/books', '/api/books/days'].map(each =>
        get(each + path`?day=${shown.day}&zone=${shown.zone}`, screen.signal));
      [books, days] = await Promise.all(asked);
      error = null;
    } catch (e) {
      if (e.name === 'AbortError') return;
      books = null;
      error = e;
    }
    screen.draw(page);
  }

  const link = (to, where = shown.zone) => path`#/books/${to}?zone=${where}`;

  function open(to, where = shown.zone) {
    location.hash = link(to, where);
  }

  const moved = days => new Date(Date.parse(shown.day) + days * DAY_MS).toISOString().slice(0, 10);

  const act = screen.acting(load, e => { error = e; });

  const sendAgain = each => act(async () => {
    const {scheduled, reason} = await post(
      path`/api/events/${each.event_id}/redeliver?destination=${each.destination}`, '', screen.signal);
    screen.say(scheduled > 0 ? `It is on the way to ${each.destination} again.` : `Nothing to do: ${reason}.`);
  });

  const choose = event => {
    event.preventDefault();
    const form = new FormData(event.target);
    open(form.get('day'), form.get('zone').trim());
  };

  const paid = purchased => Object.entries(purchased).sort().map(([currency, value]) => amount(value, currency)).join(', ');
  const revenue = it => (it === undefined ? 'none' : html`${amount(it.usd, 'USD')}
    ${paid(it.purchased) ? html`<br><small>paid: ${paid(it.purchased)}</small>` : nothing}`);

  const ended = each => ENTRIES.filter(entry => each[entry] !== 0).map(entry => `${number(each[entry])} ${entry}`)
    .join(' + ');

  const side = each => html`<section class="card ${each.closes ? '' : 'needs'}">
    <h2>${each.destination} <small>${environment(each)}</small>
      <span class="badge ${each.closes ? 'live' : 'failing'}">${each.closes ? 'closes' : 'does not close'}</span></h2>
    <p><b>${count(each.meant, 'event', 'events')}</b> meant for it = ${ended(each) || 'none'}</p>
    ${Object.keys(each.skipped_by_reason).length === 0 ? nothing : html`<details><summary>Skipped, by reason</summary>
      <ul>${Object.entries(each.skipped_by_reason).map(([reason, events]) =>
        html`<li>${number(events)}: ${reason || 'no reason'}</li>`)}</ul></details>`}
    <dl class="facts"><dt>Revenue meant</dt><dd>${revenue(each.revenue_meant)}</dd>
      <dt>Revenue delivered</dt><dd>${revenue(each.revenue_delivered)}</dd></dl></section>`;

  const row = each => [html`<a href=${path`#/event/${each.event_id}`}>${kindInWords(each.kind)}
      <span class="unseen">${each.event_id}</span></a>`,
    each.destination, environment(each), each.state, each.reason ? maskedText(each.reason) : '', when(each.received_at),
    html`<button type="button" @click=${() => sendAgain(each)}>Send again
      <span class="unseen">${each.event_id} to ${each.destination}</span></button>`];

  /** Of production, as nobody pays in the sandbox. */
  function chart() {
    const paid = days.map(({day, accepted}) => {
      const production = accepted.find(each => each.environment === 'PRODUCTION');
      return {day, events: production?.events ?? 0, usd: production?.revenue.usd ?? 0};
    });
    return paid.every(each => each.events === 0) ? nothing : html`<section class="card"><h2>Revenue of ${days.length} days
      <small>accepted in production</small></h2>${chartOfDays(paid, usd => amount(usd, 'USD'), link)}</section>`;
  }

  const account = () => html`
    ${books.accepted.length === 0
      ? html`<p role="status">No event was accepted on this day, as far as the books go.</p>`
      : html`<section class="card"><h2>Accepted</h2><dl class="facts">${books.accepted.map(each => html`
        <dt>${environment(each)}</dt>
        <dd>${count(each.events, 'event', 'events')}, ${revenue(each.revenue)}</dd>`)}</dl></section>`}
    ${chart()}
    <div class="cards wide">${books.destinations.map(side)}</div>
    ${books.not_delivered.length === 0 ? nothing : html`<h2>Not delivered</h2>
      ${table('Not delivered', ['Event', 'Destination', 'Environment', 'State', 'Reason', 'Accepted', 'Action'],
        books.not_delivered.map(row))}`}`;

  const page = () => html`<h1>Books</h1>
    <form class="filters" aria-label="Day" @submit=${choose}>
      <button type="button" @click=${() => open(moved(-1))}>Day before</button>
      <label>Day <input name="day" type="date" required .value=${shown.day}></label>
      <label>Time zone <input name="zone" autocomplete="off" spellcheck="false" .value=${shown.zone}></label>
      <button class="primary">Show</button>
      <button type="button" @click=${() => open(moved(1))}>Day after</button></form>
    ${error ? failure(error) : nothing}
    ${books === null ? nothing : account()}`;

  await load();
}
