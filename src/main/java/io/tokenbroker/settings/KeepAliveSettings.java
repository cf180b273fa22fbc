package io.tokenbroker.settings;

import io.smallrye.config.WithDefault;
import java.time.Duration;

/** Refresh tokens that no mint renews, and that their provider would let expire. */
public interface KeepAliveSettings {

    /** How old a refresh token becomes before it is renewed in the background, a second at least. */
    @WithDefault("30d")
    @Example("30d")
    Duration after();

    /**
     * How many accounts a second are renewed in the background at most, 0 to 1000, by each replica. 0 switches it off, and
     * with it the search for links that are gone.
     */
    @WithDefault("5")
    @Example(value = "5", of = "how many accounts a second, 0 for none")
    int rate();
}
