// Deliveries by state over time, drawn by Chart.js.

import {count, html, number} from './parts.js';

const STATES = ['delivered', 'skipped', 'previewed', 'failed', 'dead'];
const WORDS = {failed: 'failed attempts', dead: 'dead letters'};
const HOUR = new Intl.DateTimeFormat(undefined, {weekday: 'short', hour: '2-digit', minute: '2-digit'});
const charts = new WeakMap();

const total = (hours, state) => hours.reduce((sum, hour) => sum + hour[state], 0);
const word = state => WORDS[state] ?? state;

/** Loads Chart.js: it is large, and one view needs it. Before that nothing is drawn. */
export const loadCharts = () => import('./chart.umd.js');

/** The place of a chart with the same numbers as a table, as a picture can be read by eye only. */
export function chartOf(name, hours, range) {
  const parts = STATES.filter(state => total(hours, state) > 0);
  if (parts.length === 0) return html`<p class="muted">No deliveries in the last ${range}.</p>`;
  const summary = parts.map(state => `${number(total(hours, state))} ${word(state)}`).join(', ');
  return html`<div class="chart"><canvas role="img" data-chart=${name}
      aria-label=${`Deliveries to ${name} in the last ${range}: ${summary}`}></canvas></div>
    <details><summary>Numbers of ${count(hours.length, 'hour', 'hours')}</summary>
      <div class="scroll" tabindex="0" role="region" aria-label=${`Deliveries to ${name} by hour`}><table>
        <thead><tr><th scope="col">Hour</th>${STATES.map(state => html`<th scope="col">${word(state)}</th>`)}</tr></thead>
        <tbody>${hours.toReversed().map(hour => html`<tr><th scope="row">${HOUR.format(new Date(hour.hour))}</th>
          ${STATES.map(state => html`<td>${number(hour[state])}</td>`)}</tr>`)}</tbody></table></div></details>`;
}

/** Draws into the places: the hours of each destination, of which those without deliveries are missing. */
export function drawCharts(timelines, hours) {
  if (!globalThis.Chart) return;
  // Chart.js keeps those whose view was left
  Object.values(Chart.instances).filter(chart => !chart.canvas.isConnected).forEach(chart => chart.destroy());
  const now = Math.floor(Date.now() / 3600000) * 3600000;
  const slots = Array.from({length: hours}, (_, index) => now - (hours - 1 - index) * 3600000);
  const labels = slots.map(slot => HOUR.format(slot));
  const style = getComputedStyle(document.documentElement);
  const color = name => style.getPropertyValue(`--${name}`).trim();
  for (const canvas of document.querySelectorAll('canvas[data-chart]')) {
    const byHour = new Map((timelines[canvas.dataset.chart] ?? []).map(hour => [Date.parse(hour.hour), hour]));
    const data = {
      labels,
      datasets: STATES.filter(state => total([...byHour.values()], state) > 0).map(state => ({
        label: word(state), backgroundColor: color(state), data: slots.map(slot => byHour.get(slot)?.[state] ?? 0),
      })),
    };
    const axis = {stacked: true, border: {color: color('line')}, grid: {color: color('line')}};
    const options = {
      animation: false, maintainAspectRatio: false, color: color('text'),
      interaction: {mode: 'index', intersect: false},
      scales: {
        x: {...axis, grid: {display: false}, ticks: {color: color('muted'), maxTicksLimit: 5, maxRotation: 0}},
        y: {...axis, beginAtZero: true, ticks: {color: color('muted'), precision: 0, maxTicksLimit: 5}},
      },
      plugins: {legend: {position: 'bottom', labels: {color: color('text'), boxWidth: 12}}},
    };
    const chart = charts.get(canvas);
    if (chart) {
      Object.assign(chart, {data, options});
      chart.update();
    } else {
      charts.set(canvas, new Chart(canvas, {type: 'bar', data, options}));
    }
  }
}
