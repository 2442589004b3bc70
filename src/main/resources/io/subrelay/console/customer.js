// One customer by any of its ids: how it stands, and what happened to it.

import {getAll, path, post} from './api.js';
import {asks} from './first.js';
import {events, failure, html, lookUp, nothing, retriable, retried, when} from './parts.js';
import {personal, personalIsShown} from './personal.js';

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

  async function retry() {
    try {
      told = retried(await post(path`/api/customers/${id}/retry`, '', screen.signal));
      await load();
      screen.redraw();
      // what becomes of it, once it has had the time
      setTimeout(() => load().then(() => screen.redraw()), 1500);
    } catch (e) {
      told = e.message;
      screen.redraw();
    }
  }

  const waits = () => history.some(event => event.deliveries.some(retriable));

  const list = texts => (texts.length === 0 ? 'none' : html`<ul class="inline">${texts.map(text => html`<li>${text}</li>`)}</ul>`);

  const subscription = each => html`<tr>
    <th scope="row">${each.product_id}</th><td>${each.status ?? '–'}</td><td>${each.store}</td><td>${each.period_type}</td>
    <td>${each.replaced ? 'replaced' : each.expires_at_ms ? when(each.expires_at_ms) : 'never'}</td></tr>`;

  // what testers bought says nothing about what was bought with money: each by itself
  const environment = (name, state) => html`<h3>${name === 'SANDBOX' ? 'Sandbox' : 'Production'}
      <span class="badge">${state.status ?? 'no subscription'}</span></h3>
    <dl class="facts"><dt>Active entitlements</dt><dd>${list(state.entitlements)}</dd></dl>
    ${state.subscriptions.length === 0 ? nothing : html`
      <div class="scroll" tabindex="0" role="region" aria-label="Subscriptions and purchases, ${name.toLowerCase()}"><table>
        <thead><tr>${['Product', 'Status', 'Store', 'Period', 'Expires'].map(column =>
          html`<th scope="col">${column}</th>`)}</tr></thead>
        <tbody>${state.subscriptions.map(subscription)}</tbody></table></div>`}`;

  const header = () => html`<section class="card" aria-labelledby="who">
    <h2 id="who">${personal(customer.app_user_id)}</h2>
    <dl class="facts">
      <dt>Original id</dt><dd>${personal(customer.original_app_user_id) ?? 'unknown'}</dd>
      <dt>Last seen as</dt><dd>${personal(customer.last_seen_app_user_id) ?? 'unknown'}</dd>
      <dt>Aliases</dt><dd>${list(customer.aliases.map(personal))}</dd>
      ${Object.entries(customer.subscriber_attributes).map(([name, value]) =>
        html`<dt>${name}</dt><dd>${personal(value)}</dd>`)}
    </dl>
    ${Object.entries(customer.environments).filter(([name, state]) => name === customer.environment
      || state.subscriptions.length > 0).map(([name, state]) => environment(name, state))}
    </section>`;

  screen.draw(() => html`<h1>Customer</h1>
    ${lookUp('Any id of the customer', personalIsShown() ? id : '', typed => { location.hash = `#/customer/${encodeURIComponent(typed)}`; })}
    ${id ? nothing : html`<p class="muted">Its app user id, original id or any alias, as RevenueCat shows it.</p>`}
    ${error?.status === 404 ? html`<p role="status">No customer is known by this id.</p>` : error ? failure(error) : nothing}
    ${customer === null ? nothing : html`${header()}
      <div class="head"><h2>History</h2>${waits()
        ? html`<button type="button" @click=${retry}>Retry now what waits</button>` : nothing}</div>
      <p role="status">${told}</p>
      <p class="muted">Newest first${history.length === 200 ? ': the newest 200 events' : ''}.</p>
      ${events(history, 'History, newest first')}`}`);
}
