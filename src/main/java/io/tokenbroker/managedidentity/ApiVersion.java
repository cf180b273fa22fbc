package io.tokenbroker.managedidentity;

import io.tokenbroker.problem.BrokerException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** The forms of App Service's protocol that are spoken here. They differ in how an end is written. */
enum ApiVersion {
    V2019_08_01("2019-08-01"),
    V2017_09_01("2017-09-01");

    /** As App Service on Linux writes it, which all readers of that form understand. */
    private static final DateTimeFormatter DATE_TEXT = DateTimeFormatter.ofPattern(
                    "MM/dd/yyyy HH:mm:ss +00:00", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private final String name;

    ApiVersion(String name) {
        this.name = name;
    }

    static ApiVersion of(Optional<String> named) {
        return Stream.of(values())
                .filter(version -> named.filter(version.name::equals).isPresent())
                .findFirst()
                .orElseThrow(() -> BrokerException.invalidField(
                        "api-version", "must be %s or %s".formatted(V2019_08_01.name, V2017_09_01.name)));
    }

    String expiresOn(Instant end) {
        return this == V2017_09_01 ? DATE_TEXT.format(end) : String.valueOf(end.getEpochSecond());
    }
}
