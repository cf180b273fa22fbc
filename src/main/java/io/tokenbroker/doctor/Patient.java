package io.tokenbroker.doctor;

import io.tokenbroker.settings.BrokerSettings;
import io.tokenbroker.upstream.OutboundProxy;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * What is examined.
 *
 * @param settings as they are; an example stands in for one that cannot be read
 * @param proxy fails if it is among the faults
 * @param faults what would stop a start; each begins with its setting
 */
public record Patient(BrokerSettings settings, Supplier<OutboundProxy> proxy, List<String> faults) {

    public Patient {
        faults = List.copyOf(faults);
    }

    /** Whether no fault is of a setting that begins so. */
    boolean isSound(String... prefixes) {
        return faults.stream().noneMatch(fault -> Stream.of(prefixes).anyMatch(fault::startsWith));
    }
}
