package io.tokenbroker.sandbox.fusionauth;

import io.tokenbroker.sandbox.wire.HeldRequests;
import io.tokenbroker.sandbox.wire.Reply;
import io.tokenbroker.sandbox.wire.Request;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** The faults in force; the first that befalls a request is the one it suffers. */
final class FusionAuthFaults {

    private final List<FusionAuthFault> faults = new ArrayList<>();
    private final HeldRequests held = new HeldRequests();

    synchronized void add(FusionAuthFault fault) {
        faults.add(fault);
    }

    /** Ends every fault and lets go of the requests that are held. */
    synchronized void clear() {
        faults.clear();
        held.release();
    }

    synchronized List<FusionAuthFault> all() {
        return List.copyOf(faults);
    }

    /** Does the work of a request, unless a fault comes first. */
    Reply suffer(Request request, String identity, Supplier<Reply> work) {
        var fault = take(request, identity);
        if (fault.isEmpty()) {
            return work.get();
        }
        var real = fault.get().afterCommit() ? work.get() : Reply.empty(200);
        try {
            hold(fault.get());
        } catch (InterruptedException closing) {
            Thread.currentThread().interrupt();
            return Reply.dropped();
        }
        var spoiled = fault.get().spoil(real);
        return fault.get().kind() == FusionAuthFault.Kind.SLOW && !fault.get().afterCommit() ? work.get() : spoiled;
    }

    private void hold(FusionAuthFault fault) throws InterruptedException {
        switch (fault.kind()) {
            case HANG -> held.hang();
            case SLOW -> held.pause(fault.delay());
            default -> {} // is not held
        }
    }

    /** How many requests hang now. */
    int hanging() {
        return held.hanging();
    }

    private synchronized Optional<FusionAuthFault> take(Request request, String identity) {
        for (var i = 0; i < faults.size(); i++) {
            var fault = faults.get(i);
            if (fault.befalls(request, identity)) {
                if (fault.times() == 1) {
                    faults.remove(i);
                } else if (fault.times() > 1) {
                    faults.set(i, fault.times(fault.times() - 1));
                }
                return Optional.of(fault);
            }
        }
        return Optional.empty();
    }
}
