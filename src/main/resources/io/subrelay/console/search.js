// Whatever a person has at hand: an id of a customer or event, or its beginning, an attribute, a transaction.

import {getAll, path} from './api.js';
import {asks} from './first.js';
import {count, eventLink, failure, html, kindInWords, nothing, when} from './parts.js';
import {personalId} from './personal.js';

export const title = 'Search';

const BY = {id: 'by its id', transaction: 'by a transaction'};

export async function show(screen, typed) {
  if (!typed) {
    screen.draw(() => html`<h1>Search</h1><p class="muted">Type it above: any id of a customer, the id of an event, the
      beginning of either, an attribute such as an e-mail address, or a store's transaction.</p>`);
    return;
  }
  // whoever searched for an id knows it
  const customer = each => html`<li><p>
    <a href=${path`#/customer/${each.app_user_id}`}>${each.found_by === 'id' ? each.app_user_id
      : personalId(each.app_user_id)}</a>
    <span class="badge">${each.subscription_status ?? 'no subscription'}</span>
    ${each.environment === 'SANDBOX' ? html`<span class="badge">sandbox</span>` : nothing}
    <span class="muted">${BY[each.found_by] ?? html`by the attribute ${each.found_by}`}</span></p></li>`;

  const event = each => html`<li><p>${eventLink(each.event_id)}
    <span>${kindInWords(each.kind)}</span> <span class="muted">${when(each.happened_at)}</span></p></li>`;

  const page = ({customers, events, complete}) => html`<h1>Search</h1>
    ${customers.length + events.length === 0 ? html`<p role="status">Nothing has this id, or begins with it, and no customer has
      such an attribute or transaction.</p>` : nothing}
    ${complete ? nothing : html`<p class="muted">Customers of before the upgrade are still being indexed: some may not be found by
      attributes yet.</p>`}
    ${customers.length === 0 ? nothing : html`<section class="card" aria-labelledby="customers"><h2 id="customers">Customers</h2>
      <ol class="events">${customers.map(customer)}</ol></section>`}
    ${events.length === 0 ? nothing : html`<section class="card" aria-labelledby="found"><h2 id="found">Events</h2>
      <ol class="events">${events.map(event)}</ol></section>`}`;

  try {
    const [found] = await getAll(asks.search(typed), screen.signal);
    const {customers, events} = found;
    if (customers.length + events.length === 1) {
      // so that "back" leads to where the search began
      location.replace(customers.length === 1 ? path`#/customer/${customers[0].app_user_id}` : path`#/event/${events[0].event_id}`);
      return;
    }
    screen.say(`${count(customers.length, 'customer', 'customers')}, ${count(events.length, 'event', 'events')}`);
    screen.draw(() => page(found));
  } catch (e) {
    screen.draw(() => html`<h1>Search</h1>${failure(e)}`);
  }
}
