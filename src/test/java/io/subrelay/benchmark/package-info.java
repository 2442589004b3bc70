/**
 * What an event costs: the packaged runner between a load generator and a stand-in for the vendors, each a process of
 * its own, and the same routes without a store as the yardstick. {@link io.subrelay.benchmark.Benchmark} runs it all.
 */
package io.subrelay.benchmark;
