package io.tokenbroker.settings;

import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import io.tokenbroker.settings.SettingConverters.StrictBoolean;

/** To which addresses the broker sends codes, client secrets and refresh tokens. */
public interface UpstreamSettings {

    /**
     * Whether a provider may be at a private, unique-local, CGNAT or loopback address. Link-local and metadata
     * addresses are never asked.
     */
    @WithDefault("false")
    @WithConverter(StrictBoolean.class)
    @Example("false")
    boolean allowPrivateAddresses();

    /** Whether a provider at a loopback address may do without TLS. For the sandbox. */
    @WithDefault("false")
    @WithConverter(StrictBoolean.class)
    @Example("false")
    boolean allowHttpLoopback();
}
