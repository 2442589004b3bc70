package io.subrelay.redelivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import org.apache.camel.Channel;
import org.apache.camel.Exchange;
import org.apache.camel.Navigate;
import org.apache.camel.Processor;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.processor.errorhandler.RedeliveryPolicy;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * What a route's error handling decides, and that its consumer is told instead of kept waiting. Each test stands for
 * something in Camel that is no API: {@code simpleTask}, {@code exceptionPolicies}, and which methods are called when.
 */
class DurableRedeliveryTest {

    private static final String POLICY = """
            - beans:
                - name: redelivery
                  type: org.apache.camel.processor.errorhandler.RedeliveryPolicy
                  properties: {maximumRedeliveries: -1, redeliveryDelay: 1s, useExponentialBackOff: true,
                               maximumRedeliveryDelay: 1h}
                - name: retryFor
                  type: io.subrelay.redelivery.RetryFor
                  properties: {time: 72h}
            - routeConfiguration:
                id: delivery
                errorHandler: {defaultErrorHandler: {redeliveryPolicyRef: redelivery, retryWhileRef: retryFor}}
                onException:
                  - onException:
                      exception: [java.lang.IllegalArgumentException]
                      redeliveryPolicy: {disableRedelivery: "true"}
                  - onException:
                      exception: [java.lang.Exception]
                      redeliveryPolicyRef: redelivery
                      handled: {constant: {expression: "false"}}
            """;

    private final DefaultCamelContext camel = new DefaultCamelContext();

    @AfterEach
    void stop() {
        camel.stop();
    }

    private DurableRedeliveryTest start(String... files) throws Exception {
        DurableRedelivery.install(camel, route -> true);
        for (int i = 0; i < files.length; i++) {
            PluginHelper.getRoutesLoader(camel).loadRoutes(ResourceHelper.fromString(i + ".camel.yaml", files[i]));
        }
        camel.start();
        return this;
    }

    private static String route(String steps) {
        return """
                - route:
                    id: r
                    routeConfigurationId: delivery
                    from:
                      uri: direct:r
                      steps:
                """ + steps.indent(8);
    }

    private static String throwing(Class<? extends Exception> type) {
        return "- throwException: {exceptionType: " + type.getName() + ", message: m}\n";
    }

    private Exchange call(int attempts, long retriedMs, Object body) {
        return camel.createFluentProducerTemplate().to("direct:r").withProcessor(exchange -> {
            exchange.getMessage().setBody(body);
            if (attempts > 0) {
                DurableRedelivery.resume(exchange, attempts, retriedMs);
            }
        }).request(Exchange.class);
    }

    private long delayAfter(int attempts) {
        Exchange exchange = call(attempts, 1, "");
        assertThat(exchange.getException()).isInstanceOf(RedeliverLater.class);
        return RedeliverLater.of(exchange).delayMs();
    }

    private static void assertDead(Exchange exchange, Class<? extends Exception> type, boolean givenUp) {
        assertThat(exchange.getException()).isInstanceOf(type);
        assertThat(RedeliverLater.of(exchange)).isNull();
        assertThat(DurableRedelivery.isDecided(exchange)).isTrue();
        assertThat(DurableRedelivery.isGivenUp(exchange)).isEqualTo(givenUp);
    }

    @Test
    void theDelayFollowsFromTheAttemptsThatWereStored() throws Exception {
        start(POLICY, route(throwing(IOException.class)));
        assertThat(delayAfter(0)).isEqualTo(1_000);
        assertThat(delayAfter(1)).isEqualTo(2_000);
        assertThat(delayAfter(5)).isEqualTo(32_000);
        assertThat(delayAfter(100_000_000)).isEqualTo(3_600_000);
        assertThat(call(0, 0, "").getException()).hasCauseInstanceOf(IOException.class);
    }

    @Test
    void itIsGivenUpByTimeOrByCount() throws Exception {
        start(POLICY, """
                - onException:
                    exception: [java.io.EOFException]
                    redeliveryPolicy: {maximumRedeliveries: 3}
                """ + route("""
                - choice:
                    when:
                      - expression: {simple: {expression: "${body} == 'eof'"}}
                        steps:
                          - throwException: {exceptionType: java.io.EOFException, message: m}
                """ + throwing(IOException.class)));
        long longEnough = 72 * 3_600_000L;
        assertDead(call(9, longEnough, ""), IOException.class, true);
        assertThat(call(9, longEnough - 60_000, "").getException()).isInstanceOf(RedeliverLater.class);
        // a policy of one's own gives up by time as well
        assertDead(call(1, longEnough, "eof"), IOException.class, true);
        assertThat(call(2, longEnough - 60_000, "eof").getException()).isInstanceOf(RedeliverLater.class);
        assertDead(call(3, longEnough - 60_000, "eof"), IOException.class, true);
    }

    @Test
    void aRefusalIsNotRedelivered() throws Exception {
        start(POLICY, route(throwing(IllegalArgumentException.class)));
        assertDead(call(0, 0, ""), IllegalArgumentException.class, false);
    }

    /** Each step has a clone of the handler; the header with the count is gone with the others. */
    @Test
    void theCountSurvivesARouteThatRemovesHeaders() throws Exception {
        start(POLICY, route("""
                - setHeader: {name: CamelRedeliveryCounter, expression: {constant: {expression: "1000"}}}
                - removeHeaders: {pattern: "*"}
                """ + throwing(IOException.class)));
        assertThat(delayAfter(3)).isEqualTo(8_000);
        assertThat(delayAfter(0)).isEqualTo(1_000);
    }

    @Test
    void aRouteThatIsCalledDecidesOnceForBoth() throws Exception {
        start(POLICY, route("- to: {uri: direct:helper}\n"), route(throwing(IOException.class))
                .replace("id: r", "id: helper").replace("direct:r", "direct:helper"));
        assertThat(delayAfter(2)).isEqualTo(4_000);
        assertThat(call(0, 0, "").getException()).hasCauseInstanceOf(IOException.class);
    }

    @Test
    void anElementOfASplitDecidesForTheWhole() throws Exception {
        String split = """
                - split:
                    stopOnException: "%s"
                    expression: {simple: {expression: "${body}"}}
                    steps:
                      - throwException: {exceptionType: %s, message: m}
                """;
        start(POLICY, route(split.formatted(false, "java.io.IOException")),
                route(split.formatted(true, "java.lang.IllegalArgumentException"))
                        .replace("id: r", "id: s").replace("direct:r", "direct:s"));
        Exchange later = call(4, 1, List.of(1, 2));
        assertThat(RedeliverLater.of(later).delayMs()).isEqualTo(16_000);
        Exchange dead = camel.createFluentProducerTemplate().to("direct:s").withBody(List.of(1, 2))
                .request(Exchange.class);
        assertThat(RedeliverLater.of(dead)).isNull();
        assertThat(dead.getException(IllegalArgumentException.class)).isNotNull();
        assertThat(DurableRedelivery.isDecided(dead)).isTrue();
    }

    /** In Camel the later one of two with the same exceptions and no condition replaces the first one. */
    @Test
    void theFilesOwnOnExceptionComesBeforeTheSharedOneForTheSameException() throws Exception {
        start(POLICY, """
                - onException:
                    exception: [java.lang.Exception]
                    handled: {constant: {expression: "true"}}
                    steps:
                      - setBody: {expression: {constant: {expression: mine}}}
                """ + route(throwing(IOException.class)));
        Exchange handled = call(0, 0, "");
        assertThat(handled.getException()).isNull();
        assertThat(handled.getMessage().getBody()).isEqualTo("mine");
    }

    @Test
    void anOnWhenThatFailsLosesNothing() throws Exception {
        start(POLICY, """
                - onException:
                    exception: [java.io.IOException]
                    onWhen: {expression: {simple: {expression: "${exception.no.such.thing} == 1"}}}
                    redeliveryPolicy: {disableRedelivery: "true"}
                """ + route(throwing(IOException.class)));
        assertThat(delayAfter(0)).isEqualTo(1_000);
    }

    @Test
    void aPolicyThatCannotBeReadStopsTheStart() {
        assertThatThrownBy(() -> start(POLICY, """
                - onException:
                    exception: [java.io.IOException]
                    redeliveryPolicy: {redeliveryDelay: 5 apples}
                """ + route(throwing(IOException.class)))).hasStackTraceContaining("5 apples");
    }

    @Test
    void whatWasAskedForIsNotCappedAndOutweighsAShorterDelay() throws Exception {
        start(POLICY, route("""
                - setHeader: {name: CamelRedeliveryDelay, expression: {constant: {expression: "7200000"}}}
                """ + throwing(IOException.class)));
        RedeliverLater later = RedeliverLater.of(call(0, 0, ""));
        assertThat(later.delayMs()).isEqualTo(7_200_000);
        assertThat(later.askedMs()).isEqualTo(7_200_000);
    }

    /** Camel would keep a copy of the message at each step, and wait a second with a thread. */
    @Test
    void nothingIsCopiedAndNobodyWaits() throws Exception {
        List<Exchange> seen = new ArrayList<>();
        camel.getRegistry().bind("seen", (Processor) seen::add);
        start(POLICY.replace("1s", "1h"), route("- process: {ref: seen}\n" + throwing(IOException.class)));
        Exchange exchange = call(0, 0, "");
        assertThat(RedeliverLater.of(exchange).delayMs()).isEqualTo(3_600_000);
        assertThat(seen).hasSize(1);
        assertThat(handlers(camel.getRoute("r").getProcessor())).isNotEmpty()
                .noneMatch(DurableErrorHandler::determineIfRedeliveryIsEnabled);
    }

    @Test
    void aRouteWithoutAnyOnExceptionIsRedeliveredToo() throws Exception {
        start(POLICY.substring(0, POLICY.indexOf("    onException:")), route(throwing(IOException.class)));
        assertThat(delayAfter(2)).isEqualTo(4_000);
    }

    @Test
    void whatFailsWhileTheRouteStopsIsDecidedAsEver() throws Exception {
        camel.getRegistry().bind("stopping", (Processor) exchange -> handlers(camel.getRoute("r").getProcessor())
                .forEach(handler -> handler.prepareShutdown(false, false)));
        start(POLICY.replace("redeliveryDelay: 1s", "redeliveryDelay: 1s, allowRedeliveryWhileStopping: false"),
                route("- process: {ref: stopping}\n" + throwing(IOException.class)));
        assertThat(delayAfter(1)).isEqualTo(2_000);
    }

    private static List<DurableErrorHandler> handlers(Processor processor) {
        List<DurableErrorHandler> found = new ArrayList<>();
        if (processor instanceof DurableErrorHandler handler) {
            found.add(handler);
        }
        if (processor instanceof Channel channel && channel.getErrorHandler() != null) {
            found.addAll(handlers(channel.getErrorHandler()));
        } else if (processor instanceof Navigate<?> navigate && navigate.hasNext()) {
            navigate.next().forEach(next -> found.addAll(handlers((Processor) next)));
        }
        return found;
    }

    @Test
    void whatNoHandlerHasSeenIsUndecided() throws Exception {
        start(POLICY, route(throwing(RejectedExecutionException.class)).replace("    routeConfigurationId: delivery\n",
                "    errorHandler: {noErrorHandler: {}}\n"));
        assertThat(DurableRedelivery.isDecided(call(0, 0, ""))).isFalse();
    }

    @Test
    void jitterAppliesOnce() {
        RedeliveryPolicy policy = new RedeliveryPolicy();
        policy.setRedeliveryDelay(1_000);
        policy.setUseExponentialBackOff(true);
        policy.setMaximumRedeliveryDelay(64_000);
        policy.setUseCollisionAvoidance(true);
        policy.setCollisionAvoidanceFactor(0.2);
        for (Map.Entry<Integer, Long> expected : Map.of(1, 1_000L, 5, 16_000L, 7, 64_000L, 50, 64_000L).entrySet()) {
            long[] delays = java.util.stream.LongStream.range(0, 2_000)
                    .map(i -> DurableRedelivery.delayMs(policy, expected.getKey())).sorted().toArray();
            long exact = expected.getValue();
            assertThat(delays[0]).isBetween(exact * 8 / 10, exact * 85 / 100);
            assertThat(delays[1_999]).isBetween(Math.min(exact * 115 / 100, 64_000), Math.min(exact * 12 / 10, 64_000));
        }
    }

    @Test
    void otherDelaysAreCamelsToo() {
        RedeliveryPolicy policy = new RedeliveryPolicy();
        assertThat(DurableRedelivery.delayMs(policy, 1_000_000_000)).isEqualTo(1_000);
        policy.setDelayPattern("1:100;5:7200000");
        assertThat(DurableRedelivery.delayMs(policy, 4)).isEqualTo(100);
        assertThat(DurableRedelivery.delayMs(policy, 9)).isEqualTo(7_200_000);
    }
}
