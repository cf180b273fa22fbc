package io.tokenbroker.settings;

import io.quarkus.runtime.configuration.MemorySize;
import io.quarkus.runtime.configuration.MemorySizeConverter;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;

/** How much a provider may send. */
public interface LimitSettings {

    /**
     * How long a provider's access token, refresh token or id_token may be, 1K to 1M. A longer one is an
     * {@code upstream_error}.
     */
    @WithDefault("16K")
    @WithConverter(MemorySizeConverter.class)
    @Example("16K")
    MemorySize tokenSize();

    default int tokenBytes() {
        return tokenSize().asBigInteger().intValueExact();
    }
}
