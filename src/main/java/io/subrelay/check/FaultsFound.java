package io.subrelay.check;

import java.util.List;

/** What keeps a runner from starting. */
public final class FaultsFound extends IllegalArgumentException {

    private final List<String> faults;

    FaultsFound(List<String> faults) {
        super(faults.get(0));
        this.faults = faults;
    }

    /** One line each. */
    public List<String> faults() {
        return faults;
    }
}
