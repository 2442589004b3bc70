// What to do first, where nothing has arrived yet.

import {get, post} from './api.js';
import {eventLink, html, nothing} from './parts.js';

/** Whether anything was ever stored. */
export const isEmpty = async signal => (await get('/api/events?limit=1', signal)).length === 0;

/** The first steps, with this installation's address; "send" takes a test event in, "sent" is its id. */
export const begin = (list, off, send, sent, error) => html`<section class="card begin" aria-labelledby="begin">
  <h2 id="begin">Begin here: nothing has arrived yet</h2>
  <ol>
    <li>In RevenueCat, under <i>Integrations</i>, <i>Webhooks</i>, add this address, or the one by which RevenueCat reaches
      this machine: <code>${location.origin}/webhooks/revenuecat</code>. As its <i>Authorization header</i> set the value of
      <code>webhook.authorization</code>.</li>
    <li>Destinations: ${list.map(each => html`<b>${each.name}</b> ${each.mode === 'live' ? 'gets events'
        : 'is in preview, which sends nothing'}; `)}${off.length === 0 ? nothing
        : html`${off.join(', ')}: off, until <code>application.properties</code> has ${off.length === 1 ? 'its key' : 'their keys'}.`}</li>
    <li>Send a test event from RevenueCat, or take one in here, which is stored and sent to nobody:
      <div class="buttons"><button type="button" class="primary" @click=${send}>Take in a test event</button></div>
      <p role="status">${error ? error.message : sent ? html`It has arrived:
        ${eventLink(sent, 'see what each destination makes of it')}.` : nothing}</p></li>
  </ol></section>`;

/** Takes a test event in, and gives its id. */
export const test = async signal => (await post('/api/test-event', '', signal)).event_id;
