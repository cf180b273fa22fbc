package io.tokenbroker.tenant;

import io.tokenbroker.upstream.OutboundProxy;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.net.ProxyOptions;
import jakarta.ws.rs.ext.ContextResolver;
import jakarta.ws.rs.ext.Provider;
import java.util.List;
import java.util.stream.Stream;

/**
 * Connections to identity providers, through the proxy if there is one. One on which nothing comes is closed, also if its
 * call has been given up.
 */
@Provider
public class ProviderConnections implements ContextResolver<HttpClientOptions> {

    private static final int IDLE_SECONDS = 60;
    private static final List<String> LOOPBACK = List.of("localhost", "127.0.0.1", "::1", "[::1]");

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
        options.setNonProxyHosts(patterns(Stream.concat(LOOPBACK.stream(), proxy.direct().stream())));
    }

    /** Each host, and all below it. Vert.x makes a regular expression of what has an asterisk, but escapes no dot. */
    static List<String> patterns(Stream<String> hosts) {
        return hosts.flatMap(host -> Stream.of(host, "*[.]" + host.replace(".", "[.]")))
                .toList();
    }
}
