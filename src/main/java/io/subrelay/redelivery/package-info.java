/**
 * Durable redelivery: Camel's own redelivery policy and {@code onException} decide whether and when an exchange is
 * redelivered, and the consumer keeps that decision instead of a sleeping thread. It knows nothing of Subrelay.
 */
package io.subrelay.redelivery;
