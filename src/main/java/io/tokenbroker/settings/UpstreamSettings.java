package io.tokenbroker.settings;

import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;

/** Where secrets may be sent that providers and others name the address of. */
public interface UpstreamSettings {

    /** Whether a provider may be at a private address. */
    @WithDefault("false")
    @WithConverter(StrictBoolean.class)
    boolean allowPrivateAddresses();

    /** Whether a provider at a loopback address may do without TLS. */
    @WithDefault("false")
    @WithConverter(StrictBoolean.class)
    boolean allowHttpLoopback();
}
