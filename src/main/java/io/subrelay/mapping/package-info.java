/**
 * Mapping by jq: the language {@code jq} for Camel's routes, on the library that Camel's own jq language uses, and what
 * the routes of destinations need around it. It knows nothing of webhooks or destinations.
 */
package io.subrelay.mapping;
