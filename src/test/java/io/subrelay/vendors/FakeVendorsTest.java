package io.subrelay.vendors;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** That the stand-ins are as strict as the vendors: other tests assert only that nothing was refused or dropped. */
class FakeVendorsTest {

    private static final FakeVendors VENDORS = FakeVendors.start();

    private static final Map<String, FakeVendor> MORE =
            Map.of("iterable", new FakeIterable(0), "mparticle", new FakeMparticle(0),
                    "appsflyer", new FakeAppsFlyer(0), "adjust", new FakeAdjust(0), "meta", new FakeMeta(0));
    /** Where a vendor wants its key; none: in Authorization, or in the body. */
    private static final Map<String, String> KEYS = Map.of("iterable", "Api-Key", "appsflyer", "authentication");

    @BeforeAll
    static void start() {
        MORE.values().forEach(FakeVendor::start);
    }

    @AfterEach
    void reset() {
        VENDORS.reset();
        MORE.values().forEach(FakeVendor::forget);
    }

    @AfterAll
    static void stop() {
        VENDORS.close();
        MORE.values().forEach(FakeVendor::close);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|',
            textBlock = """
                    segment   | POST  | /v1/batch | Basic a2V5Og== | {"batch":[{"type":"track","event":"e","userId":"u"}]} | 1 0 0
                    segment   | POST  | /v1/batch | Basic a2V5Og== | {"batch":[{"type":"track","event":"e"}]}              | 0 1 0
                    segment   | POST  | /v1/batch | none           | {"batch":[{"type":"track","event":"e","userId":"u"}]} | 0 1 0
                    segment   | POST  | /v1/batch | Basic a2V5Og== | {"batch":                                             | 0 0 1
                    amplitude | POST  | /2/httpapi | none | {"api_key":"k","events":[{"event_type":"e","user_id":"user-1"}]} | 1 0 0
                    amplitude | POST  | /2/httpapi | none | {"api_key":"k","events":[{"event_type":"e"}]}                | 0 0 1
                    amplitude | POST  | /2/httpapi | none | {"events":[{"event_type":"e","user_id":"user-1"}]}           | 0 0 1
                    amplitude | POST  | /2/httpapi | none | {"api_key":"k","events":[{"event_type":"e","user_id":"u1"}]} | 0 0 1
                    onesignal | PATCH | /apps/a/users/by/onesignal_id/u | Key k  | {"properties":{"tags":{"a":"1"}}}     | 1 0 0
                    onesignal | PATCH | /apps/a/users/by/onesignal_id/u | Key k  | {"properties":{"tags":{"a":1}}}       | 0 0 1
                    onesignal | PATCH | /apps/a/users/by/onesignal_id/u | none   | {"properties":{"tags":{"a":"1"}}}     | 0 0 1
                    onesignal | PATCH | /apps/a/users/by/onesignal_id/u | Key k  | {"properties":{"tags":{"a-b":"1"}}}   | 1 1 0
                    statsig   | POST  | /v1/webhooks/revenuecat_webhook | Bearer secret | {"event":{"type":"TEST","id":"e"}} | 1 0 0
                    statsig   | POST  | /v1/webhooks/revenuecat_webhook | none          | {"event":{"type":"TEST","id":"e"}} | 0 0 1
                    statsig   | POST  | /v1/webhooks/revenuecat_webhook | Bearer secret | {"event":{"id":"e"}}               | 0 0 1
                    iterable  | POST  | /api/users/update | k    | {"userId":"u","preferUserId":true,"dataFields":{}} | 1 0 0
                    iterable  | POST  | /api/users/update | k    | {"userId":"v","dataFields":{}}                     | 0 0 1
                    iterable  | POST  | /api/users/update | none | {"email":"a@b.c","dataFields":{}}                  | 0 0 1
                    iterable  | POST  | /api/users/update | k    | {"email":"a b","dataFields":{}}                    | 0 0 1
                    iterable  | POST  | /api/events/track | k | {"email":"a@b.c","eventName":"e","createdAt":1767323045,"dataFields":{}}    | 1 0 0
                    iterable  | POST  | /api/events/track | k | {"email":"a@b.c","eventName":"e","createdAt":1767323045000,"dataFields":{}} | 0 0 1
                    iterable  | POST  | /api/events/track | k | {"email":"a@b.c","createdAt":1767323045,"dataFields":{}}                    | 0 0 1
                    iterable  | POST  | /api/commerce/trackPurchase | k | {"user":{"email":"a@b.c"},"createdAt":1,"total":1,"items":[{"id":"i","name":"n","price":1,"quantity":1}]} | 1 0 0
                    iterable  | POST  | /api/commerce/trackPurchase | k | {"user":{"email":"a@b.c"},"createdAt":1,"total":1,"items":[{"id":"i","name":"n","quantity":1}]}           | 0 0 1
                    iterable  | POST  | /api/events | k | {"email":"a@b.c"} | 0 0 1
                    appsflyer | POST  | /inappevent/id1 | k    | {"appsflyer_id":"1","eventName":"e","eventValue":"","eventTime":"2026-01-02 03:04:05.678"} | 1 0 0
                    appsflyer | POST  | /inappevent/1   | k    | {"appsflyer_id":"1","eventName":"e","eventValue":"","eventTime":"2026-01-02 03:04:05.678"} | 0 1 0
                    appsflyer | POST  | /inappevent/id1 | none | {"appsflyer_id":"1","eventName":"e","eventValue":"","eventTime":"2026-01-02 03:04:05.678"} | 0 0 1
                    appsflyer | POST  | /inappevent/id1 | k    | {"appsflyer_id":"1","eventName":"e","eventValue":{},"eventTime":"2026-01-02 03:04:05.678"} | 0 0 1
                    appsflyer | POST  | /inappevent/id1 | k    | {"appsflyer_id":"1","eventName":"e","eventValue":"","eventTime":"2026-01-02T03:04:05.678Z"} | 0 0 1
                    adjust    | POST  | /event | none | app_token=2fm9gkqubvpc&event_token=rb6oy2&s2s=1&adid=a&created_at_unix=1767323045&environment=sandbox | 1 0 0
                    adjust    | POST  | /event | none | app_token=2fm9gkqubvpc&event_token=rb6oy2&s2s=1&created_at_unix=1767323045&environment=sandbox | 0 0 1
                    adjust    | POST  | /event | none | app_token=2fm9gkqubvpc&event_token=rb6oy2&s2s=1&adid=a&created_at_unix=1767323045&environment=sandbox&revenue=-1&currency=USD | 0 0 1
                    adjust    | POST  | /event | none | app_token=2fm9gkqubvpc&event_token=rb6oy2&s2s=1&adid=a&created_at_unix=1767323045&environment=sandbox&ip_address=::1 | 0 0 1
                    meta      | POST  | /v25.0/1/events | none | {"access_token":"t","data":[{"event_name":"Subscribe","event_id":"e","action_source":"app","event_time":NOW,"user_data":{"anon_id":"a"},"app_data":{"advertiser_tracking_enabled":1,"application_tracking_enabled":1,"extinfo":["i2","","","","18.0","","","","","","","","","","",""]}}]} | 1 0 0
                    meta      | POST  | /v25.0/1/events | none | {"access_token":"t","data":[{"event_name":"Subscribe","event_id":"e","action_source":"app","event_time":1767323045,"user_data":{"anon_id":"a"},"app_data":{"advertiser_tracking_enabled":1,"application_tracking_enabled":1,"extinfo":["i2","","","","18.0","","","","","","","","","","",""]}}]} | 0 0 1
                    meta      | POST  | /v25.0/1/events | none | {"access_token":"t","data":[{"event_name":"Purchase","event_id":"e","action_source":"app","event_time":NOW,"user_data":{"anon_id":"a"},"app_data":{"advertiser_tracking_enabled":1,"application_tracking_enabled":1,"extinfo":["i2","","","","18.0","","","","","","","","","","",""]}}]} | 0 0 1
                    meta      | POST  | /v25.0/1/events | none | {"access_token":"t","data":[{"event_name":"Subscribe","event_id":"e","action_source":"app","event_time":NOW,"user_data":{"anon_id":"a"},"app_data":{"advertiser_tracking_enabled":1,"application_tracking_enabled":1,"extinfo":["i2"]}}]} | 0 0 1
                    meta      | POST  | /v25.0/1/events | none | {"data":[]} | 0 0 1
                    mparticle | POST  | /v2/events | Basic azpz | {"environment":"production","user_identities":{"customer_id":"u"},"events":[{"event_type":"custom_event","data":{"event_name":"e","custom_event_type":"transaction","timestamp_unixtime_ms":1}}]} | 1 0 0
                    mparticle | POST  | /v2/events | none       | {"environment":"production","user_identities":{"customer_id":"u"}} | 0 0 1
                    mparticle | POST  | /v2/events | Basic azpz | {"environment":"sandbox","user_identities":{"customer_id":"u"}}    | 0 0 1
                    mparticle | POST  | /v2/events | Basic azpz | {"environment":"production","user_identities":{}}                  | 0 0 1
                    mparticle | POST  | /v2/events | Basic azpz | {"environment":"production","mpid":"7"}                            | 0 0 1
                    mparticle | POST  | /v2/events | Basic azpz | {"environment":"production","mpid":7,"user_attributes":{"a":1}}    | 0 0 1
                    mparticle | POST  | /v2/events | Basic azpz | {"environment":"production","mpid":7,"events":[{"event_type":"commerce_event","data":{"timestamp_unixtime_ms":1,"product_action":{"action":"refund","total_amount":-1,"products":[{"id":"i","price":1}]}}}]} | 0 0 1
                    mparticle | POST  | /v2/bulkevents | Basic azpz | [{"environment":"production","mpid":7},{"environment":"production","mpid":8}] | 2 0 0
                    """)
    void takes_in_drops_and_refuses(String name, String method, String path, String authorization, String body,
            String outcome) throws Exception {
        FakeVendor vendor = switch (name) {
            case "segment" -> VENDORS.segment();
            case "amplitude" -> VENDORS.amplitude();
            case "onesignal" -> VENDORS.onesignal();
            case "statsig" -> VENDORS.statsig();
            default -> MORE.get(name);
        };
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(vendor.url() + path))
                .header("Content-Type",
                        name.equals("adjust") ? "application/x-www-form-urlencoded" : "application/json")
                .method(method, HttpRequest.BodyPublishers.ofString(
                        body.replace("NOW", String.valueOf(System.currentTimeMillis() / 1000))));
        if (!authorization.equals("none")) {
            request.header(KEYS.getOrDefault(name, "Authorization"), authorization);
        }
        HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.discarding());
        assertThat(vendor.items().size() + " " + vendor.dropped().size() + " " + vendor.refused().size())
                .isEqualTo(outcome);
    }
}
