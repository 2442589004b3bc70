package io.subrelay.harness;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/**
 * Senders that post renewals of many customers: those of one customer in order, each again and again until it is
 * accepted, and one in five once more after that.
 */
public final class Load {

    private final List<String> customers = new ArrayList<>();
    private final int each;
    private final int senders;
    private final AtomicInteger accepted = new AtomicInteger();
    private final Set<Integer> refusals = ConcurrentHashMap.newKeySet();

    /** @param each how many events each customer has */
    public Load(int customers, int each, int senders) {
        for (int i = 0; i < customers; i++) {
            this.customers.add(Hooks.customer());
        }
        this.each = each;
        this.senders = senders;
    }

    /** How many events have been accepted so far. */
    public int accepted() {
        return accepted.get();
    }

    /** With which status any was refused. */
    public Set<Integer> refusals() {
        return refusals;
    }

    /** @return how many events of each customer were accepted: all of them */
    public Map<String, Integer> run(Api api) throws Exception {
        return run(() -> api);
    }

    /** @param apis tells for each request which runner gets it */
    public Map<String, Integer> run(Supplier<Api> apis) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(senders);
        try {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < senders; i++) {
                int mine = i;
                all.add(threads.submit(() -> send(mine, apis)));
            }
            for (Future<?> future : all) {
                future.get();
            }
        } finally {
            threads.shutdownNow();
        }
        Map<String, Integer> sent = new TreeMap<>();
        customers.forEach(customer -> sent.put(customer, each));
        return sent;
    }

    private void send(int sender, Supplier<Api> apis) {
        for (int n = 1; n <= each; n++) {
            for (int i = sender; i < customers.size(); i += senders) {
                var webhook = Hooks.renewal(customers.get(i), n);
                int status = apis.get().tryToPost(webhook);
                while (status != 200 && !Thread.currentThread().isInterrupted()) {
                    if (status != 0) {
                        refusals.add(status);
                    }
                    LockSupport.parkNanos(20_000_000);
                    status = apis.get().tryToPost(webhook);
                }
                accepted.incrementAndGet();
                if (n % 5 == i % 5) {
                    apis.get().tryToPost(webhook);
                }
            }
        }
    }
}
