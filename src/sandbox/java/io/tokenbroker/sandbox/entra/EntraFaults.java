package io.tokenbroker.sandbox.entra;

import io.tokenbroker.sandbox.wire.HeldRequests;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** The faults in force, and the requests they keep hanging. */
public final class EntraFaults {

    /** The faults that one request meets, taken once so that a count is not charged twice. */
    record Met(List<EntraFault> faults) {

        Met {
            faults = List.copyOf(faults);
        }

        Optional<String> value(EntraFault.Kind kind) {
            return faults.stream()
                    .filter(fault -> fault.kind() == kind)
                    .map(EntraFault::value)
                    .findFirst();
        }

        boolean has(EntraFault.Kind kind) {
            return value(kind).isPresent();
        }
    }

    private static final class Pending {

        private final EntraFault fault;
        private final AtomicInteger left;

        Pending(EntraFault fault) {
            this.fault = fault;
            left = new AtomicInteger(fault.times() == 0 ? Integer.MAX_VALUE : fault.times());
        }

        /** Charges one request; false when none is left. */
        boolean charge() {
            return fault.times() == 0 || left.getAndUpdate(count -> Math.max(0, count - 1)) > 0;
        }

        boolean isSpent() {
            return left.get() == 0;
        }
    }

    private final List<Pending> pending = new CopyOnWriteArrayList<>();
    private final HeldRequests held = new HeldRequests();
    private final AtomicInteger slow = new AtomicInteger();
    private final AtomicInteger mostSlow = new AtomicInteger();

    public void add(EntraFault fault) {
        pending.add(new Pending(fault));
    }

    /** Removes every fault and releases what hangs. */
    public void clear() {
        pending.clear();
        mostSlow.set(0);
        release();
    }

    /** Lets the requests that hang now go on. Later ones hang again if the fault is still in force. */
    public void release() {
        held.release();
    }

    /** How many requests hang now. */
    public int hanging() {
        return held.hanging();
    }

    /** How many requests have been slow at the same time. */
    public int mostSlow() {
        return mostSlow.get();
    }

    /** The faults in force. */
    public List<EntraFault> all() {
        return pending.stream().map(each -> each.fault).toList();
    }

    Met meet(TokenRequest request) {
        var met = new ArrayList<EntraFault>();
        for (var each : pending) {
            if (each.fault.matches(request) && each.charge()) {
                met.add(each.fault);
            }
        }
        pending.removeIf(Pending::isSpent);
        return new Met(met);
    }

    /** Waits that long, or until released. */
    void pause(Duration longest) throws InterruptedException {
        mostSlow.accumulateAndGet(slow.incrementAndGet(), Math::max);
        try {
            held.pause(longest);
        } finally {
            slow.decrementAndGet();
        }
    }

    void hang() throws InterruptedException {
        held.hang();
    }
}
