// One customer by any of its ids: how it stands, and what happened to it.

import {getAll, path, post} from './api.js';
import {asks} from './first.js';
import {events, failure, html, nothing, retriable, retried, table, when} from './parts.js';
import {personal} from './personal.js';

export const title = 'Customer';

export async function show(screen, id) {
  let customer = null;
  let history = [];
  let error = null;
  let told = '';

  async function load() {
    try {
      [customer, history] = await getAll(asks.customer(id), screen.signal);
    } catch (e) {
      error = e;
    }
  }
  if (id) await load();

  // what becomes of it, now and once it has had the time
  async function follow() {
    await load();
    screen.redraw();
    setTimeout(() => load().then(() => screen.redraw()), 1500);
  }

  const retry = () => screen.acting(follow, e => { told = e.message; })(async () => {
    told = retried(await post(path`/api/customers/${id}/retry`, '', screen.signal));
  });

  const waits = () => history.some(event => event.deliveries.some(retriable));

  // whoever searched for an id knows it
  const ownId = each => (each === id ? each : personal(each));

  const list = texts => (texts.length === 0 ? 'none' : html`<ul class="inline">${texts.map(text => html`<li>${text}</li>`)}</ul>`);

  const subscription = each => [each.product_id, each.status ?? '–', each.store, each.period_type,
    each.replaced ? 'replaced' : each.expires_at_ms ? when(each.expires_at_ms) : 'never'];

  // what testers bought says nothing about what was bought with money: each by itself
  const environment = (name, state) => html`<h3>${name === 'SANDBOX' ? 'Sandbox' : 'Production'}
      <span class="badge">${state.status ?? 'no subscription'}</span></h3>
    <dl class="facts"><dt>Active entitlements</dt><dd>${list(state.entitlements)}</dd></dl>
    ${state.subscriptions.length === 0 ? nothing : table(`Subscriptions and purchases, ${name.toLowerCase()}`,
      ['Product', 'Status', 'Store', 'Period', 'Expires'], state.subscriptions.map(subscription))}`;

  const header = () => html`<section class="card" aria-labelledby="who">
    <h2 id="who">${ownId(customer.app_user_id)}</h2>
    <dl class="facts">
      <dt>Original id</dt><dd>${ownId(customer.original_app_user_id) ?? 'unknown'}</dd>
      <dt>Last seen as</dt><dd>${ownId(customer.last_seen_app_user_id) ?? 'unknown'}</dd>
      <dt>Aliases</dt><dd>${list(customer.aliases.map(ownId))}</dd>
      ${Object.entries(customer.subscriber_attributes).map(([name, value]) =>
        html`<dt>${name}</dt><dd>${personal(value)}</dd>`)}
    </dl>
    ${Object.entries(customer.environments).filter(([name, state]) => name === customer.environment
      || state.subscriptions.length > 0).map(([name, state]) => environment(name, state))}
    </section>`;

  screen.draw(() => html`<h1>Customer</h1>
    ${id ? nothing : html`<p class="muted">Find one above: by its app user id, original id or any alias, by the beginning of
      one, by an attribute such as the e-mail address, or by the store's transaction.</p>`}
    ${error?.status === 404 ? html`<p role="status">No customer is known by this id.</p>` : error ? failure(error) : nothing}
    ${customer === null ? nothing : html`${header()}
      <div class="head"><h2>History</h2>${waits()
        ? html`<button type="button" @click=${retry}>Retry now what waits</button>` : nothing}</div>
      <p role="status">${told}</p>
      <p class="muted">Newest first${history.length === 200 ? ': the newest 200 events' : ''}.</p>
      ${events(history, 'History, newest first')}`}`);
}
