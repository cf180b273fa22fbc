package io.tokenbroker.tenant;

import io.vertx.core.http.HttpClientOptions;
import jakarta.ws.rs.ext.ContextResolver;
import jakarta.ws.rs.ext.Provider;

/** Connections to identity providers. One on which nothing comes is closed, also if its call has been given up. */
@Provider
public class ProviderConnections implements ContextResolver<HttpClientOptions> {

    private static final int IDLE_SECONDS = 60;

    @Override
    public HttpClientOptions getContext(Class<?> type) {
        return new HttpClientOptions().setIdleTimeout(IDLE_SECONDS);
    }
}
