package io.tokenbroker.settings;

import io.smallrye.config.WithDefault;
import java.util.Optional;

/** The audit log: which events it has, where it goes, and what becomes of a mint that it cannot take. */
public interface AuditSettings {

    /**
     * Whether tokens from memory have one event a minute for each client, account, resource and door, or one each. Each
     * costs such a mint a multiple of what it takes otherwise.
     */
    @WithDefault("summed")
    @Example("summed")
    Hits hits();

    /**
     * Whether a mint goes on if its event cannot be written. {@code refuse} answers {@code store_unavailable} then, and needs
     * {@code broker.audit.file}. Summed hits are exempt until an event fails; then no token leaves until one can be written.
     */
    @WithDefault("continue")
    @Example("continue")
    OnFailure onFailure();

    /**
     * The file that the broker appends the events to, one for each replica. Without it they go to the log, category
     * {@code io.tokenbroker.audit}.
     */
    @Example(value = "/var/log/token-broker/audit.jsonl", of = "a file in a folder that the broker's user may write to")
    Optional<String> file();

    /** How the tokens from memory are told of. */
    enum Hits {
        SUMMED,
        EACH
    }

    /** What becomes of a mint if its event cannot be written. */
    enum OnFailure {
        CONTINUE,
        REFUSE
    }
}
