package io.tokenbroker.tenant;

import io.tokenbroker.upstream.OutboundProxy;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.net.ProxyOptions;
import jakarta.ws.rs.ext.ContextResolver;
import jakarta.ws.rs.ext.Provider;

/**
 * Connections to identity providers, through the proxy if there is one. One on which nothing comes is closed, also if its
 * call has been given up.
 */
@Provider
public class ProviderConnections implements ContextResolver<HttpClientOptions> {

    private static final int IDLE_SECONDS = 60;

    private final OutboundProxy proxy;

    ProviderConnections(OutboundProxy proxy) {
        this.proxy = proxy;
    }

    @Override
    public HttpClientOptions getContext(Class<?> type) {
        var options = new HttpClientOptions().setIdleTimeout(IDLE_SECONDS);
        proxy.address().ifPresent(address -> goThrough(address, options));
        return options;
    }

    private void goThrough(OutboundProxy.Address address, HttpClientOptions options) {
        var through = new ProxyOptions().setHost(address.host()).setPort(address.port());
        if (!address.user().isEmpty()) {
            through.setUsername(address.user()).setPassword(address.password());
        }
        options.setProxyOptions(through);
        for (var host : new String[] {"localhost", "*.localhost", "127.*", "::1", "[::1]"}) {
            options.addNonProxyHost(host);
        }
        proxy.direct().forEach(host -> options.addNonProxyHost(host).addNonProxyHost("*." + host));
    }
}
