package io.tokenbroker.settings;

import io.quarkus.runtime.configuration.MemorySize;
import io.quarkus.runtime.configuration.MemorySizeConverter;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;

/** How long what upstreams send may be. */
public interface LimitSettings {

    /** How long a provider's access token, refresh token or id_token may be. */
    @WithDefault("16K")
    @WithConverter(MemorySizeConverter.class)
    MemorySize tokenSize();

    default int tokenBytes() {
        return tokenSize().asBigInteger().intValueExact();
    }
}
