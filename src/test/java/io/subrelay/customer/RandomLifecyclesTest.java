package io.subrelay.customer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.subrelay.event.Event;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Lives of customers, in the order in which the events happened and in any other. {@code -Pfuzz} tries 2,000 customers
 * with 100,000 events.
 */
class RandomLifecyclesTest {

    private static final int FAMILIES = Integer.getInteger("fuzz.families", 100);
    private static final int CUSTOMERS = 4;
    private static final int EVENTS = 200;

    @Test
    void endInOneStateAndEachSubscriptionHasOneOwner() {
        int owned = 0;
        for (int family = 0; family < FAMILIES; family++) {
            RandomLives lives = new RandomLives(new Random(family), CUSTOMERS);
            List<Event> events = lives.events(EVENTS);
            Crowd inOrder = new Crowd().takeAll(events, 40);
            Map<String, String> expected = inOrder.all(lives.now());
            owned += checkOwners(inOrder, lives, "family " + family);
            List<Event> shuffled = new ArrayList<>(events);
            Collections.shuffle(shuffled, new Random(-family));
            Map<String, String> state = new Crowd().takeAll(shuffled, 40).all(lives.now());
            if (!state.equals(expected)) {
                assertThat(state).as("family " + family).isEqualTo(expected);
            }
        }
        assertThat(owned).isGreaterThan(FAMILIES * CUSTOMERS);
    }

    private static int checkOwners(Crowd crowd, RandomLives lives, String family) {
        Map<String, String> owners = new HashMap<>();
        Map<Customer, String> looked = new HashMap<>();
        for (String id : lives.ids()) {
            JsonNode api = crowd.api(id, lives.now());
            if (looked.put(crowd.customer(id), id) != null || owners.containsValue(api.path("app_user_id").asText())) {
                continue;
            }
            for (String environment : new String[] {"PRODUCTION", "SANDBOX"}) {
                for (JsonNode row : api.at("/environments/" + environment + "/subscriptions")) {
                    String key = row.path("subscription_key").asText();
                    if (key.startsWith("o")) {
                        String other = owners.put(key, api.path("app_user_id").asText());
                        assertThat(other).as("%s: %s, owner of %s, beside %s", family, id, key, other)
                                .isIn(null, api.path("app_user_id").asText());
                    }
                }
            }
        }
        return owners.size();
    }
}
