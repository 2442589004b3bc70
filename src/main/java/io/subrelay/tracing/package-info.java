/** Traces by OpenTelemetry, where they are on. */
package io.subrelay.tracing;
