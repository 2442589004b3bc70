package io.subrelay.vendors;

import java.util.List;

/** All four vendors, each on its own port of 127.0.0.1. */
public final class FakeVendors implements AutoCloseable {

    private final FakeSegment segment;
    private final FakeAmplitude amplitude;
    private final FakeOneSignal onesignal;
    private final FakeStatsig statsig;

    private FakeVendors(int segment, int amplitude, int onesignal, int statsig) {
        this.segment = new FakeSegment(segment);
        this.amplitude = new FakeAmplitude(amplitude);
        this.onesignal = new FakeOneSignal(onesignal);
        this.statsig = new FakeStatsig(statsig);
        all().forEach(FakeVendor::start);
    }

    public static FakeVendors start() {
        return start(0, 0, 0, 0);
    }

    /** @param segment a port, 0 for any free one; so are the others */
    public static FakeVendors start(int segment, int amplitude, int onesignal, int statsig) {
        return new FakeVendors(segment, amplitude, onesignal, statsig);
    }

    /** Runs until it is killed: {@code FakeVendors [segment-port amplitude-port onesignal-port statsig-port]}. */
    public static void main(String[] args) throws InterruptedException {
        int[] ports = new int[4];
        for (int i = 0; i < args.length; i++) {
            ports[i] = Integer.parseInt(args[i]);
        }
        try (FakeVendors vendors = start(ports[0], ports[1], ports[2], ports[3])) {
            System.out.println("segment.url=" + vendors.segmentUrl());
            System.out.println("amplitude.url=" + vendors.amplitudeUrl());
            System.out.println("onesignal.url=" + vendors.onesignalUrl());
            System.out.println("statsig.url=" + vendors.statsigUrl());
            Thread.currentThread().join();
        }
    }

    public FakeSegment segment() {
        return segment;
    }

    public FakeAmplitude amplitude() {
        return amplitude;
    }

    public FakeOneSignal onesignal() {
        return onesignal;
    }

    public FakeStatsig statsig() {
        return statsig;
    }

    public List<FakeVendor> all() {
        return List.of(segment, amplitude, onesignal, statsig);
    }

    public String segmentUrl() {
        return segment.url();
    }

    public String amplitudeUrl() {
        return amplitude.url();
    }

    public String onesignalUrl() {
        return onesignal.url();
    }

    public String statsigUrl() {
        return statsig.url();
    }

    /** Between tests: no faults, nothing recorded. */
    public void reset() {
        all().forEach(vendor -> {
            vendor.recover();
            vendor.forget();
        });
    }

    @Override
    public void close() {
        all().forEach(FakeVendor::close);
    }
}
