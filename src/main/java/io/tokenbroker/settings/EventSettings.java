package io.tokenbroker.settings;

import java.net.URI;
import java.util.List;
import java.util.Optional;

/** A program that is told of events, by CloudEvents that are signed as Standard Webhooks says. */
public interface EventSettings {

    /** Where it takes them: by https, at a public address unless {@code broker.upstreams} allows others. */
    @Example(value = "https://ops.example.com/token-broker/events", of = "an https URL")
    URI url();

    /** What events are signed with: {@code whsec_} and the base64 of 24 to 64 bytes; several while it is changed. */
    @Example(
            value = "whsec_<what openssl rand -base64 32 prints>",
            of = "whsec_ and the base64 of 24 to 64 random bytes (openssl rand -base64 32)")
    List<String> secret();

    /** A file that holds this receiver's {@code secret}. */
    @Example(value = "/run/secrets/events-secret", of = "a file")
    Optional<String> secretFile();

    /** The types it is told of. Without it: all. */
    @Example(value = "account.reauthorization_required,account.expiring", of = "types of events, comma-separated")
    Optional<List<String>> types();
}
