package io.tokenbroker.settings;

import io.smallrye.config.WithDefault;

/** What each user may do. */
public interface UserSettings {

    /** How many requests a minute, of each user. */
    @WithDefault("600")
    int requestsPerMinute();
}
