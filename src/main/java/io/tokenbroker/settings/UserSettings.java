package io.tokenbroker.settings;

import io.smallrye.config.WithDefault;

/** What every user may do. */
public interface UserSettings {

    /** How many requests a minute each user may make, whatever for, counted by each replica. */
    @WithDefault("600")
    @Example("600")
    int requestsPerMinute();
}
